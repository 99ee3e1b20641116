/** What is being written of a report, as it is kept while it is not yet recorded. */
import type { HandedFile } from '../../host';

/** The form as typed. Files are named by the tokens under which the program holds them. */
export interface ReportDraft {
  percent: string;
  percent_words: string;
  note: string;
  difficulty: string;
  product: string;
  done_on: string;
  files: HandedFile[];
}

/** A form in which nothing is written. */
export function emptyDraft(): ReportDraft {
  return { percent: '', percent_words: '', note: '', difficulty: '', product: '', done_on: '', files: [] };
}

/** Whether a form says anything beyond the percent at which the task stands already. */
export function isEmptyDraft(draft: ReportDraft, percent: string): boolean {
  const words = [draft.percent_words, draft.note, draft.difficulty, draft.product, draft.done_on];
  return draft.files.length === 0 && words.every((text) => text.trim() === '') && ['', percent].includes(draft.percent.replace('%', '').trim());
}

/** 65, 65% or nothing as a whole number of 0–100 or null; undefined if it is none of these. */
export function percentOf(typed: string): number | null | undefined {
  const text = typed.replace('%', '').trim();
  if (text === '') return null;
  if (!/^\d{1,3}$/.test(text)) return undefined;
  const value = Number(text);
  return value <= 100 ? value : undefined;
}

/** As it is kept. */
export function draftText(draft: ReportDraft): string {
  return JSON.stringify(draft);
}

/** Reads what was kept; anything that is not such a form is no draft. */
export function draftOf(text: string): ReportDraft | undefined {
  if (text === '') return undefined;
  try {
    const found: unknown = JSON.parse(text);
    if (typeof found !== 'object' || found === null) return undefined;
    const kept = found as Record<string, unknown>;
    const draft = emptyDraft();
    for (const field of ['percent', 'percent_words', 'note', 'difficulty', 'product', 'done_on'] as const) {
      if (typeof kept[field] === 'string') draft[field] = kept[field];
    }
    if (Array.isArray(kept['files'])) {
      draft.files = kept['files'].filter((file): file is HandedFile => typeof file === 'object' && file !== null && typeof (file as HandedFile).file === 'string' && typeof (file as HandedFile).name === 'string');
    }
    return draft;
  } catch {
    return undefined;
  }
}
