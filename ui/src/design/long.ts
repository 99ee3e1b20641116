/**
 * Which items of a long list stand in the page when items differ in height: those in view, and those that are being
 * worked on wherever they are. Heights are known of what was seen; the rest is taken to be like it. The task list, whose
 * rows are alike and may be a million, keeps its own reckoning.
 */

/** Lists up to this long stand in the page whole. */
export const WHOLE = 60;
/** What is drawn above and below the view, in pixels. */
const MARGIN = 400;

/** Where each item begins, and where the last one ends: one number more than there are items. */
export function edges(ids: readonly string[], heights: ReadonlyMap<string, number>, estimate: number): Float64Array {
  let sum = 0;
  for (const height of heights.values()) sum += height;
  const usual = heights.size === 0 ? estimate : sum / heights.size;
  const found = new Float64Array(ids.length + 1);
  for (const [i, id] of ids.entries()) found[i + 1] = (found[i] ?? 0) + (heights.get(id) ?? usual);
  return found;
}

/** The last item that begins at or above a place. */
function at(edges: Float64Array, place: number): number {
  let [low, high] = [0, Math.max(0, edges.length - 2)];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((edges[middle] ?? 0) <= place) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** One item to draw, and the empty room before it. */
export interface Drawn {
  index: number;
  room: number;
}

/**
 * The items to draw and the room that stands for the others.
 * @param top where the view begins and `bottom` where it ends, in pixels from the first item
 * @param held items that are drawn in any case, by place
 */
export function drawn(edges: Float64Array, top: number, bottom: number, held: readonly number[]): { items: Drawn[]; after: number } {
  const count = edges.length - 1;
  if (count <= 0) return { items: [], after: 0 };
  const wanted = new Set(held.filter((index) => index >= 0 && index < count));
  if (count <= WHOLE) for (let i = 0; i < count; i += 1) wanted.add(i);
  else for (let i = at(edges, top - MARGIN), last = at(edges, bottom + MARGIN); i <= last; i += 1) wanted.add(i);
  let end = 0;
  const items: Drawn[] = [];
  for (const index of [...wanted].sort((a, b) => a - b)) {
    items.push({ index, room: (edges[index] ?? 0) - end });
    end = edges[index + 1] ?? 0;
  }
  return { items, after: (edges[count] ?? 0) - end };
}
