import { describe, expect, it } from 'vitest';
import { composing, count, day, isoDay, moment, size } from './print';

describe('dates and numbers', () => {
  it('reads a day as officials type it and refuses what is none', () => {
    for (const typed of ['23/6/2017', '23-06-2017', '23.6.17', '2017-06-23']) expect(isoDay(typed)).toBe('2017-06-23');
    for (const typed of ['31/2/2017', '6/23/2017', 'hôm nay']) expect(isoDay(typed)).toBeNull();
    expect(isoDay(' ')).toBe('');
  });
  it('prints them as documents do', () => {
    expect(day('2017-06-05')).toBe('05/06/2017');
    expect(moment('2017-06-23T15:04:05+07:00')).toBe('15:04 23/06/2017');
    expect(count(1234567)).toBe('1.234.567');
    expect(size(1_468_006)).toBe('1,4 MB');
  });
  it('leaves the Enter that ends a composition to the input method', () => {
    expect(composing({ isComposing: true, keyCode: 13 } as KeyboardEvent)).toBe(true);
    expect(composing({ isComposing: false, keyCode: 229 } as KeyboardEvent)).toBe(true);
    expect(composing({ isComposing: false, keyCode: 13 } as KeyboardEvent)).toBe(false);
  });
});
