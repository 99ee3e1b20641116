import type { HistoryLine } from '../../host/types/HistoryLine';
import type { Origin } from '../../host/types/Origin';

/** What one person wrote at one moment by one act. */
export interface ToldAct {
  act: string;
  origin: Origin;
  lines: HistoryLine[];
}

/** Puts together the neighbouring lines that one act wrote. Their order stays. */
export function grouped(lines: readonly HistoryLine[]): ToldAct[] {
  const acts: ToldAct[] = [];
  for (const line of lines) {
    const last = acts.at(-1);
    const same =
      last !== undefined && last.act === line.act && last.origin.at === line.origin.at && last.origin.device === line.origin.device && last.origin.confirmed === line.origin.confirmed &&
      // One act writes a field of a record once; the same field again is another act of the same moment.
      !last.lines.some((one) => one.kind === line.kind && one.field === line.field);
    if (same) last.lines.push(line);
    else acts.push({ act: line.act, origin: line.origin, lines: [line] });
  }
  return acts;
}
