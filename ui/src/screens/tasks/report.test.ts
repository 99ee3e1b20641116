import { describe, expect, it } from 'vitest';
import { draftOf, draftText, emptyDraft, isEmptyDraft, percentOf } from './report';

describe('a report being written', () => {
  it('is kept and found again as it was, with its files', () => {
    const draft = { ...emptyDraft(), percent: '65', note: 'Đã lắp đặt\nxong', files: [{ file: 'f1', name: 'ảnh.jpg', size: 5 }] };
    expect(draftOf(draftText(draft))).toEqual(draft);
  });
  it('survives whatever else may lie under its name', () => {
    for (const text of ['', '{', 'null', '7']) expect(draftOf(text)).toBeUndefined();
    expect(draftOf('{"note":3,"files":[null,{"file":1}]}')).toEqual(emptyDraft());
  });
  it('says nothing while it only repeats where the task stands', () => {
    expect(isEmptyDraft({ ...emptyDraft(), percent: '50 %' }, '50')).toBe(true);
    expect(isEmptyDraft({ ...emptyDraft(), percent: '65' }, '50')).toBe(false);
    expect(isEmptyDraft({ ...emptyDraft(), percent: '50', note: ' ' }, '50')).toBe(true);
    expect(isEmptyDraft({ ...emptyDraft(), done_on: '23/6/2017' }, '50')).toBe(false);
  });
  it('reads a percent and refuses what is none', () => {
    expect(percentOf('65%')).toBe(65);
    expect(percentOf('')).toBeNull();
    for (const typed of ['101', '6,5', '-1', 'một nửa']) expect(percentOf(typed)).toBeUndefined();
  });
});
