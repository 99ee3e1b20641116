import { describe, expect, it } from 'vitest';
import type { TaskRow } from '../../host/types/TaskRow';
import { draftText, formOf, missingOf, percentOf, requestOf, restored, stepped } from './finding';

const task = { id: 't', percent: 70 } as TaskRow;

describe('a check sheet', () => {
  it('begins with what the unit reported', () => {
    expect(formOf(task, null)).toMatchObject({ reported: '70', found: '', agreed: true, negative: false });
  });

  it('reads percents as typed, and nothing else', () => {
    expect(['', ' 50 ', '100', '50 %', '0'].map(percentOf)).toEqual([null, 50, 100, 50, 0]);
    expect(['101', '-1', '5,5', 'năm'].map(percentOf)).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('steps to the next ten, and stays within 0 and 100', () => {
    expect(stepped('', true)).toBe('10');
    expect(stepped('55', true)).toBe('60');
    expect(stepped('55', false)).toBe('50');
    expect(stepped('50', false)).toBe('40');
    expect(stepped('100', true)).toBe('100');
    expect(stepped('0', false)).toBe('0');
  });

  it('names the mandatory fields of a negative finding only', () => {
    const form = { ...formOf(task, null), nature: 'Chậm' };
    expect(missingOf(form)).toEqual([]);
    expect(missingOf({ ...form, negative: true })).toEqual(['degree', 'cause', 'responsibility']);
  });

  it('sends no objection of a unit that agrees, and no more than was asked', () => {
    const form = { ...formOf(task, null), found: '50', objection: 'chưa thống nhất', nature: 'x' };
    expect(requestOf('KT01', 'NV26', form)).toMatchObject({ found_percent: 50, objection: '', nature: '' });
    expect(requestOf('KT01', 'NV26', { ...form, found: '500' })).toBeUndefined();
  });

  it('comes back from a draft as it was', () => {
    const form = { ...formOf(task, null), note: 'Đã đổ bê tông', files: [{ file: 'f1', name: 'ảnh.jpg', size: 3 }] };
    expect(restored(draftText(form), formOf(task, null))).toEqual(form);
  });

  it('is left as it is by a draft that cannot be read', () => {
    const begin = formOf(task, null);
    for (const text of ['', '{', 'null', '[1]', '{"found":5,"files":[{"file":1}]}'])
      expect(restored(text, begin)).toEqual(begin);
  });
});
