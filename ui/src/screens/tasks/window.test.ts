import { describe, expect, it } from 'vitest';
import { ROW, TALLEST, scrolledTo, seen, settled, showing, tall } from './window';

const VIEW = 600;
const MILLION = 1_000_000;
const start = { scrolled: 0, top: 0 };

describe('the window of the list', () => {
  it('draws few rows, whether there are 41 or a million, and reaches the last', () => {
    for (const rows of [1, 41, 1_000, MILLION]) {
      for (const part of [0, 0.5, 1]) {
        const place = scrolledTo(start, (tall(rows) - VIEW) * part, VIEW, rows);
        const { from, to } = seen(place.top, VIEW, rows);
        expect(to - from).toBeLessThanOrEqual(VIEW / ROW + 14);
        expect(to).toBeGreaterThan(from);
      }
      expect(seen(scrolledTo(start, tall(rows) - VIEW, VIEW, rows).top, VIEW, rows).to).toBe(rows);
    }
    expect(seen(0, VIEW, 0)).toEqual({ from: 0, to: 0 });
  });

  it('lays out no more than browsers can', () => {
    expect(tall(MILLION)).toBe(TALLEST);
    expect(tall(41)).toBe(41 * ROW);
  });

  it('moves by the pixel under a wheel, even among a million', () => {
    let place = scrolledTo(start, TALLEST / 2, VIEW, MILLION);
    const before = place.top;
    for (let turn = 1; turn <= 5; turn += 1) place = scrolledTo(place, place.scrolled + 100, VIEW, MILLION);
    expect(place.top - before).toBe(500);
  });

  it('goes in proportion when the bar is dragged', () => {
    const place = scrolledTo(start, (TALLEST - VIEW) / 4, VIEW, MILLION);
    expect(place.top / (MILLION * ROW - VIEW)).toBeCloseTo(0.25, 6);
  });

  it('puts the bar right at rest without moving the rows', () => {
    const place = scrolledTo({ scrolled: 1000, top: 900_000 }, 1100, VIEW, MILLION);
    const bar = settled(place.top, VIEW, MILLION);
    expect(scrolledTo({ scrolled: bar, top: place.top }, bar, VIEW, MILLION).top).toBe(place.top);
    // From afar the bar leads to the same place.
    expect(scrolledTo(start, bar, VIEW, MILLION).top).toBeCloseTo(place.top, 3);
  });

  it('reaches both ends by small steps too', () => {
    expect(scrolledTo({ scrolled: 50, top: 90_000 }, 0, VIEW, MILLION).top).toBe(0);
    expect(scrolledTo({ scrolled: TALLEST - VIEW - 50, top: 5 }, TALLEST - VIEW, VIEW, MILLION).top).toBe(MILLION * ROW - VIEW);
  });

  it('shows any row whole, moving as little as it can', () => {
    expect(showing(3, 0, VIEW, MILLION)).toBe(0);
    expect(showing(20, 0, VIEW, MILLION)).toBe(21 * ROW - VIEW);
    expect(showing(5, 1_000, VIEW, MILLION)).toBe(5 * ROW);
    for (const row of [0, 499_999, 999_999]) {
      const top = showing(row, 0, VIEW, MILLION);
      expect(row * ROW).toBeGreaterThanOrEqual(top);
      expect((row + 1) * ROW).toBeLessThanOrEqual(top + VIEW);
    }
  });
});
