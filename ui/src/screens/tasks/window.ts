/**
 * Which rows stand in the page: only those seen, however many there are. Browsers cannot lay out elements of more than
 * some 16 million pixels, so a long list scrolls in an area that is shorter than its rows. A drag of the scroll bar then
 * goes through the rows in proportion, but a wheel, a finger or a key still moves row by row, as in a short list.
 */

/** Height of a row in pixels. */
export const ROW = 40;
/** The tallest area laid out, in pixels. */
export const TALLEST = 8_000_000;
/** Rows drawn above and below what is seen. */
const MARGIN = 6;

/** Where the view stands: in the area that is scrolled, and in the rows, both in pixels. */
export interface Place {
  scrolled: number;
  top: number;
}

/** Height of the scrolled area for so many rows. */
export function tall(rows: number): number {
  return Math.min(rows * ROW, TALLEST);
}

function lastTop(view: number, rows: number): number {
  return Math.max(0, rows * ROW - view);
}

/** Pixels of rows for one pixel of the scroll bar. */
function scale(view: number, rows: number): number {
  const room = tall(rows) - view;
  return room <= 0 ? 1 : lastTop(view, rows) / room;
}

/** The place after the area was scrolled. */
export function scrolledTo(before: Place, scrolled: number, view: number, rows: number): Place {
  const end = tall(rows) - view;
  if (scrolled <= 0) return { scrolled, top: 0 };
  if (rows * ROW <= TALLEST) return { scrolled, top: Math.min(scrolled, lastTop(view, rows)) };
  // At the end of the bar stands the end of the rows; half a pixel is lost to rounding.
  if (scrolled >= end - 0.5) return { scrolled, top: lastTop(view, rows) };
  const moved = scrolled - before.scrolled;
  const top = Math.abs(moved) <= view ? before.top + moved : scrolled * scale(view, rows);
  return { scrolled, top: Math.min(Math.max(0, top), lastTop(view, rows)) };
}

/** Where the scroll bar belongs for a place in the rows. Small moves leave it a little off; it is put right at rest. */
export function settled(top: number, view: number, rows: number): number {
  return top / scale(view, rows);
}

/** The place in the rows at which a row is whole in view, moving as little as possible. */
export function showing(row: number, top: number, view: number, rows: number): number {
  const least = (row + 1) * ROW - view;
  const most = row * ROW;
  return Math.min(Math.max(0, Math.min(Math.max(top, least), most)), lastTop(view, rows));
}

/** The rows to draw. */
export function seen(top: number, view: number, rows: number): { from: number; to: number } {
  const from = Math.max(0, Math.floor(top / ROW) - MARGIN);
  const to = Math.min(rows, Math.ceil((top + view) / ROW) + MARGIN);
  return { from, to: Math.max(from, to) };
}
