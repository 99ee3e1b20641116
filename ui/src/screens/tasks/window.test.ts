import { describe, expect, it } from 'vitest';
import { ROW, TALLEST, firstAt, scrolledTo, seen, tall } from './window';

describe('the window of the list', () => {
  it('draws few rows, whether there are 41 or a million', () => {
    for (const rows of [41, 1_000, 1_000_000]) {
      const end = Math.max(0, tall(rows) - 600);
      for (const scrolled of [0, end / 2, end]) {
        const { from, to } = seen(scrolled, 600, rows);
        expect(to - from).toBeLessThan(40);
      }
      expect(seen(end, 600, rows).to).toBe(rows);
    }
  });
  it('reaches every row of a million and comes back to it', () => {
    expect(tall(1_000_000)).toBe(TALLEST);
    for (const row of [0, 1, 499_999, 999_900]) {
      expect(firstAt(scrolledTo(row, 600, 1_000_000), 600, 1_000_000)).toBeCloseTo(row, 3);
    }
  });
  it('does not scale what fits', () => {
    expect(firstAt(ROW * 10, 600, 1_000)).toBe(10);
    expect(seen(0, 600, 0)).toMatchObject({ from: 0, to: 0 });
  });
});
