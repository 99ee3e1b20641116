/** Backups in the words of the screen. */
import type { BackupKeeping } from '../../host/types/BackupKeeping';
import type { BackupRow } from '../../host/types/BackupRow';
import { moment } from '../../app/print';

/** A backup that a person chose: one that lies here by its name, or one that was handed over by its token. */
export interface Chosen {
  row: BackupRow;
  /** The token of a file; empty for one that lies here. */
  file: string;
}

/** What is asked of the program. */
export function asked(chosen: Chosen, passphrase: string) {
  return { name: chosen.file === '' ? chosen.row.name : '', file: chosen.file, passphrase };
}

/** When a backup was made, as a person reads it. */
export function made(row: { at: string }): string {
  return moment(row.at);
}

/** How many are kept of each kind: the least and the most that the program takes. */
export const LIMITS = [
  ['daily', 1, 60],
  ['weekly', 0, 52],
  ['before_import', 0, 20],
  ['before_upgrade', 1, 10],
  ['by_hand', 1, 50],
] as const satisfies readonly (readonly [keyof BackupKeeping, number, number])[];

export type Kind = (typeof LIMITS)[number][0];

/** What was typed as numbers, or the kind whose number is out of its limits. */
export function keeping(typed: Record<Kind, string>, folder: string): BackupKeeping | Kind {
  const kept = { folder: folder.trim() || null } as BackupKeeping;
  for (const [kind, least, most] of LIMITS) {
    const value = /^\d{1,2}$/.test(typed[kind].trim()) ? Number(typed[kind]) : -1;
    if (value < least || value > most) return kind;
    kept[kind] = value;
  }
  return kept;
}
