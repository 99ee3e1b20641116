import type { Finding } from '../../host/types/Finding';
import type { FindingAdd } from '../../host/types/FindingAdd';
import type { TaskRow } from '../../host/types/TaskRow';

/** A check sheet as it is being filled in. Percents are text until they are saved: a focused field is never rewritten. */
export interface FindingForm {
  reported: string;
  found: string;
  note: string;
  agreed: boolean;
  objection: string;
  negative: boolean;
  nature: string;
  degree: string;
  cause: string;
  responsibility: string;
  /** Photos handed over, by token, with the names under which they came. */
  files: { file: string; name: string; size: number }[];
  /** Photos kept from the finding that this one corrects, by attachment id. */
  keep: string[];
}

/** The four fields without which a negative finding cannot be closed (DOMAIN 1.6). */
export const MANDATORY = ['nature', 'degree', 'cause', 'responsibility'] as const;
export type Mandatory = (typeof MANDATORY)[number];

/** A sheet to begin with: what was found before, or what the unit reported. */
export function formOf(task: TaskRow, finding: Finding | null): FindingForm {
  const text = (percent: number | null): string => (percent === null ? '' : String(percent));
  return {
    reported: finding ? text(finding.reported_percent) : text(task.percent),
    found: finding ? text(finding.found_percent) : '',
    note: finding?.note ?? '',
    agreed: finding?.agreed ?? true,
    objection: finding?.objection ?? '',
    negative: finding?.negative ?? false,
    nature: finding?.nature ?? '',
    degree: finding?.degree ?? '',
    cause: finding?.cause ?? '',
    responsibility: finding?.responsibility ?? '',
    files: [],
    keep: finding?.attachments.map((one) => one.id) ?? [],
  };
}

/** A percent as typed: a whole number from 0 to 100, empty for none, undefined when it is neither. */
export function percentOf(typed: string): number | null | undefined {
  const text = typed.trim().replace(/\s*%$/, '');
  if (text === '') return null;
  if (!/^\d{1,3}$/.test(text)) return undefined;
  const percent = Number(text);
  return percent <= 100 ? percent : undefined;
}

/** One step up or down, to the next multiple of ten, within 0 and 100. */
export function stepped(typed: string, up: boolean): string {
  const now = percentOf(typed) ?? 0;
  const next = up ? Math.floor(now / 10) * 10 + 10 : Math.ceil(now / 10) * 10 - 10;
  return String(Math.min(100, Math.max(0, next)));
}

/** The mandatory fields of a negative finding that are still empty. */
export function missingOf(form: FindingForm): Mandatory[] {
  return form.negative ? MANDATORY.filter((field) => form[field].trim() === '') : [];
}

/** What is sent; undefined while a percent cannot be read. */
export function requestOf(inspection: string, task: string, form: FindingForm): FindingAdd | undefined {
  const reported = percentOf(form.reported);
  const found = percentOf(form.found);
  if (reported === undefined || found === undefined) return undefined;
  return {
    inspection,
    task,
    reported_percent: reported,
    found_percent: found,
    note: form.note,
    agreed: form.agreed,
    objection: form.agreed ? '' : form.objection,
    negative: form.negative,
    nature: form.negative ? form.nature : '',
    degree: form.negative ? form.degree : '',
    cause: form.negative ? form.cause : '',
    responsibility: form.negative ? form.responsibility : '',
    files: form.files.map((one) => one.file),
    keep: form.keep,
  };
}

/** The name under which a sheet's draft is kept. */
export function draftName(inspection: string, task: string): string {
  return `finding/${inspection}/${task}`;
}

/** A draft as text. */
export function draftText(form: FindingForm): string {
  return JSON.stringify(form);
}

/** A kept draft over a sheet; what does not read as one leaves the sheet as it is. */
export function restored(text: string, begin: FindingForm): FindingForm {
  let kept: unknown;
  try {
    kept = JSON.parse(text);
  } catch {
    return begin;
  }
  if (typeof kept !== 'object' || kept === null) return begin;
  const form: FindingForm = { ...begin };
  const given = kept as Record<string, unknown>;
  for (const field of ['reported', 'found', 'note', 'objection', ...MANDATORY] as const) {
    const value = given[field];
    if (typeof value === 'string') form[field] = value;
  }
  for (const field of ['agreed', 'negative'] as const) {
    const value = given[field];
    if (typeof value === 'boolean') form[field] = value;
  }
  if (Array.isArray(given.keep)) form.keep = given.keep.filter((one): one is string => typeof one === 'string');
  if (Array.isArray(given.files))
    form.files = given.files.filter(
      (one): one is FindingForm['files'][number] =>
        typeof one === 'object' &&
        one !== null &&
        typeof (one as { file?: unknown }).file === 'string' &&
        typeof (one as { name?: unknown }).name === 'string' &&
        typeof (one as { size?: unknown }).size === 'number',
    );
  return form;
}
