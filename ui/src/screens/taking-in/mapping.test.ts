import { describe, expect, it } from 'vitest';
import type { Mapping } from '../../host/types/Mapping';
import { columnsOf, FIELDS, withColumn } from './mapping';

const mapping: Mapping = {
  sheet: 'Danh mục',
  heading_row: 3,
  heading_rows: 1,
  columns: [
    { column: 1, letter: 'B', heading: 'Mã', field: 'code', evidence: 'heading', confidence: 95, checked: 41, understood: 41 },
    { column: 2, letter: 'C', heading: 'Nội dung', field: 'content', evidence: 'heading', confidence: 90, checked: 41, understood: 41 },
  ],
  unmapped: [
    { column: 0, letter: 'A', heading: 'STT', role: 'ordinal', filled: 41, samples: ['1', '2'] },
    { column: 3, letter: 'D', heading: 'Trích yếu', role: 'unknown', filled: 40, samples: ['Về việc'] },
    { column: 4, letter: 'E', heading: 'Độ mật', role: 'secrecy', filled: 1, samples: [] },
  ],
};

describe('choosing columns', () => {
  it('shows every column of the sheet in its order', () => {
    expect(columnsOf(mapping).map((one) => one.letter)).toEqual(['A', 'B', 'C', 'D', 'E']);
  });

  it('frees the column that fed the field before', () => {
    const changed = withColumn(mapping, 3, 'content');
    expect(changed.columns.map((one) => [one.letter, one.field])).toEqual([
      ['B', 'code'],
      ['D', 'content'],
    ]);
    expect(changed.unmapped.map((one) => one.letter)).toEqual(['A', 'C', 'E']);
    expect(columnsOf(changed)).toHaveLength(5);
  });

  it('lets a column feed nothing, and back again', () => {
    const freed = withColumn(mapping, 1, null);
    expect(freed.columns).toHaveLength(1);
    expect(withColumn(freed, 1, 'code').columns.map((one) => one.field)).toEqual(['code', 'content']);
  });

  it('never lets a column of secrecy marks feed anything', () => {
    expect(withColumn(mapping, 4, 'note')).toBe(mapping);
  });

  it('offers each field once', () => {
    expect(new Set(FIELDS).size).toBe(FIELDS.length);
  });
});
