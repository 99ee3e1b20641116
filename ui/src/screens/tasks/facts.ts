/** The fields of a task as a person reads and types them. */
import type { Cell } from '../../host/types/Cell';
import { day } from '../../app/print';
import { t, word } from '../../messages/index.svelte';

const LONG = new Set(['content', 'product', 'note', 'unit_note', 'result', 'difficulty']);
const CHOICES: Record<string, string[]> = {
  kind: ['task', 'conclusion', 'instruction', 'ad_hoc'],
  priority: ['urgent', 'high', 'normal'],
  on_province_system: ['x', 'khong'],
  highlighted: ['x', 'khong'],
};
const DATES = new Set(['assigned_on', 'deadline', 'original_deadline', 'received_on']);
/** Told elsewhere on the screen, so not among the facts. */
const ELSEWHERE = new Set(['code', 'status', 'standing', 'opening_status', 'opening_percent', 'deleted']);

/** Whether a field is told among the facts. The content stands in the heading; among the facts only where it can be changed. */
export function amongFacts(cell: Cell): boolean {
  if (ELSEWHERE.has(cell.field)) return cell.conflict.length > 0;
  return cell.field !== 'content' && cell.field !== 'kind' ? true : cell.editable || cell.conflict.length > 0;
}

/** Whether a field holds paragraphs. */
export function isLong(field: string): boolean {
  return LONG.has(field);
}

/** Whether a field holds a day. */
export function isDate(cell: Cell): boolean {
  return DATES.has(cell.field);
}

/** The words between which a field chooses; none for free ones. */
export function choicesOf(field: string): string[] {
  return CHOICES[field] ?? [];
}

/** The value of a cell as a person would type it. */
export function typedOf(cell: Cell): string {
  const value = cell.shown?.value;
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.join('; ');
  if (typeof value === 'boolean') return value ? 'x' : 'khong';
  return DATES.has(cell.field) ? day(String(value)) : String(value);
}

/** A value for reading; `text` is the program's own wording. */
export function printed(field: string, value: unknown, text = ''): string {
  if (typeof value === 'boolean') return value ? t('common.yes') : t('common.no');
  if (field in CHOICES && typeof value === 'string') {
    if (value === 'x') return t('common.yes');
    if (value === 'khong') return t('common.no');
    return word('tasks', value);
  }
  if (Array.isArray(value)) return value.join('; ');
  if (typeof value === 'object' && value !== null && ('status' in value || 'standing' in value)) {
    const told = value as { status?: string; standing?: string; on?: string; document?: string };
    return [word('tasks', told.status ?? told.standing ?? ''), day(told.on), told.document].filter(Boolean).join(' · ');
  }
  if (DATES.has(field) && typeof value === 'string') return day(value);
  return text || (value === null || value === undefined ? '' : String(value));
}

/** A value that a history tells as text, in the words of the screen. */
export function retold(field: string, text: string): string {
  if (text === 'true' || text === 'false') return t(text === 'true' ? 'common.yes' : 'common.no');
  if (field === 'percent' || field === 'found_percent' || field === 'reported_percent') return /^\d+$/.test(text) ? `${text}%` : text;
  if (/^[a-z]+(_[a-z]+)*$/.test(text)) return word('tasks', text);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) ? day(text) : text;
}

/** A value that the program tells both as a value and as text, in the words of the screen: steps of a status too. */
export function told(field: string, value: unknown, text: string): string {
  const step = typeof value === 'object' && value !== null && ('status' in value || 'standing' in value);
  return step ? printed(field, value, text) : retold(field, text);
}
