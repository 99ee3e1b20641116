import type { Mapping } from '../../host/types/Mapping';
import type { TaskField } from '../../host/types/TaskField';

/** What a column can feed, in the order in which a list usually gives it. */
export const FIELDS: TaskField[] = [
  'code',
  'content',
  'kind',
  'assigner',
  'document_number',
  'document_date',
  'issuer',
  'assigned_on',
  'lead',
  'coordinating',
  'responsible',
  'follower',
  'field_of_work',
  'priority',
  'deadline',
  'original_deadline',
  'product',
  'status',
  'percent',
  'completed_on',
  'result',
  'difficulty',
  'recommendation',
  'note',
  'on_province_system',
];

/** One column of the sheet, whether it feeds a field or not. */
export interface SheetColumn {
  column: number;
  letter: string;
  heading: string;
  field: TaskField | null;
  /** How sure the guess is, 0–100; 100 when a person chose. */
  confidence: number;
  /** Values looked at, and those of them that the field understands. */
  checked: number;
  understood: number;
  samples: string[];
  /** A column of row numbers. */
  ordinal: boolean;
  /** A column of secrecy marks: it feeds nothing, whoever asks. */
  secrecy: boolean;
}

/** All columns in the order of the sheet. */
export function columnsOf(mapping: Mapping): SheetColumn[] {
  const feeding = mapping.columns.map((column) => ({
    ...column,
    samples: [] as string[],
    ordinal: false,
    secrecy: false,
  }));
  const others = mapping.unmapped.map((column) => ({
    column: column.column,
    letter: column.letter,
    heading: column.heading,
    field: null,
    confidence: 0,
    checked: column.filled,
    understood: 0,
    samples: column.samples,
    ordinal: column.role === 'ordinal',
    secrecy: column.role === 'secrecy',
  }));
  return [...feeding, ...others].sort((a, b) => a.column - b.column);
}

/**
 * The mapping with one column feeding another field, or none. A field has one column: the one that fed it before
 * feeds nothing now.
 */
export function withColumn(mapping: Mapping, column: number, field: TaskField | null): Mapping {
  const chosen = columnsOf(mapping).find((one) => one.column === column);
  if (chosen === undefined || chosen.secrecy || chosen.field === field) return mapping;
  const released = mapping.columns.filter((one) => one.column === column || one.field === field);
  const columns = mapping.columns.filter((one) => !released.includes(one));
  const unmapped = mapping.unmapped.filter((one) => one.column !== column);
  for (const one of released)
    if (one.column !== column || field === null)
      unmapped.push({
        column: one.column,
        letter: one.letter,
        heading: one.heading,
        role: 'unknown',
        filled: one.checked,
        samples: [],
      });
  if (field !== null)
    columns.push({
      column,
      letter: chosen.letter,
      heading: chosen.heading,
      field,
      evidence: 'chosen',
      confidence: 100,
      checked: 0,
      understood: 0,
    });
  columns.sort((a, b) => a.column - b.column);
  unmapped.sort((a, b) => a.column - b.column);
  return { ...mapping, columns, unmapped };
}
