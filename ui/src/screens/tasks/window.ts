/** Which rows stand in the page: only those seen, however many there are. */

/** Height of a row in pixels. */
export const ROW = 44;
/** Browsers cannot lay out elements of more than some 16 million pixels; beyond this the scroll bar is scaled. */
export const TALLEST = 8_000_000;
/** Rows drawn above and below what is seen. */
const MARGIN = 6;

/** Height of the scrolled area for so many rows. */
export function tall(rows: number): number {
  return Math.min(rows * ROW, TALLEST);
}

/** The first row seen at a scroll position, as a fraction of rows. */
export function firstAt(scrolled: number, view: number, rows: number): number {
  const real = rows * ROW;
  const area = tall(rows);
  if (area <= view || real === area) return Math.max(0, scrolled / ROW);
  return Math.max(0, ((scrolled / (area - view)) * (real - view)) / ROW);
}

/** The scroll position at which a row stands at the top. */
export function scrolledTo(row: number, view: number, rows: number): number {
  const real = rows * ROW;
  const area = tall(rows);
  if (area <= view || real === area) return row * ROW;
  return ((row * ROW) / (real - view)) * (area - view);
}

/** The rows to draw and the pixels by which the first stands below the top of the view. */
export function seen(scrolled: number, view: number, rows: number): { from: number; to: number; shift: number } {
  const first = firstAt(scrolled, view, rows);
  const from = Math.max(0, Math.floor(first) - MARGIN);
  const to = Math.min(rows, Math.ceil(first + view / ROW) + MARGIN);
  return { from, to, shift: (from - first) * ROW };
}
