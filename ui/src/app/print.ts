/** Dates and numbers as a Vietnamese office writes them. */

/** `2017-06-23` or a moment as 23/06/2017. */
export function day(value: string | null | undefined): string {
  const found = /^(\d{4})-(\d{2})-(\d{2})/.exec(value ?? '');
  return found ? `${found[3]}/${found[2]}/${found[1]}` : '';
}

/** A moment as 15:04 23/06/2017; it carries +07:00 already. */
export function moment(value: string | null | undefined): string {
  const found = /T(\d{2}:\d{2})/.exec(value ?? '');
  return found ? `${found[1]} ${day(value)}` : day(value);
}

/** 23/6/2017, 23-6-17, 23.6.2017 or 2017-06-23 as `2017-06-23`; empty stays empty, null is no date. */
export function isoDay(typed: string): string | null {
  const text = typed.trim();
  if (text === '') return '';
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text);
  const local = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})$/.exec(text);
  const parts = iso ? [iso[1], iso[2], iso[3]] : local ? [local[3], local[2], local[1]] : undefined;
  if (!parts) return null;
  let [year, month, date] = parts.map(Number) as [number, number, number];
  if (year < 100) year += 2000;
  const made = new Date(Date.UTC(year, month - 1, date));
  if (made.getUTCFullYear() !== year || made.getUTCMonth() !== month - 1 || made.getUTCDate() !== date) return null;
  return made.toISOString().slice(0, 10);
}

/** 1234567 as 1.234.567. */
export function count(value: number): string {
  return String(Math.trunc(value)).replace(/\B(?=(\d{3})+(?!\d))/g, '.');
}

/** Bytes as 1,4 MB. */
export function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const [value, unit] = bytes < 2 ** 20 ? [bytes / 1024, 'KB'] : bytes < 2 ** 30 ? [bytes / 2 ** 20, 'MB'] : [bytes / 2 ** 30, 'GB'];
  return `${value.toFixed(1).replace('.', ',')} ${unit}`;
}

/** Enter that ends a composition is the input method's, not the form's. */
export function composing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229;
}
