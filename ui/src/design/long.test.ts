import { describe, expect, it } from 'vitest';
import { drawn, edges, WHOLE } from './long';

const ids = (count: number) => Array.from({ length: count }, (_, i) => `r${i}`);

describe('a long list of unlike items', () => {
  it('draws what is in view, and room of the right height for the rest', () => {
    const where = edges(ids(1000), new Map(), 50);
    const { items, after } = drawn(where, 10_000, 10_600, []);
    expect(items[0]).toEqual({ index: 192, room: 9600 });
    expect(items.at(-1)?.index).toBe(220);
    expect(items.length).toBeLessThan(40);
    expect(9600 + items.length * 50 + after).toBe(50_000);
  });

  it('takes what was not seen yet to be like what was', () => {
    const where = edges(ids(100), new Map([['r0', 40], ['r1', 80]]), 10);
    expect(where[2]).toBe(120);
    expect(where[100]).toBe(120 + 98 * 60);
  });

  it('keeps in the page what is held, wherever the view is', () => {
    const { items, after } = drawn(edges(ids(1000), new Map(), 50), 0, 600, [900, 4000, -1]);
    expect(items.at(-1)).toEqual({ index: 900, room: 900 * 50 - items.length * 50 + 50 });
    expect(after).toBe(99 * 50);
  });

  it('draws a short list whole, and of an empty one nothing', () => {
    expect(drawn(edges(ids(WHOLE), new Map(), 50), 0, 10, []).items).toHaveLength(WHOLE);
    expect(drawn(edges([], new Map(), 50), 0, 10, [0])).toEqual({ items: [], after: 0 });
  });

  it('shows the end when the view is past it', () => {
    const { items, after } = drawn(edges(ids(1000), new Map(), 50), 1e9, 1e9, []);
    expect(items.at(-1)?.index).toBe(999);
    expect(after).toBe(0);
  });
});
