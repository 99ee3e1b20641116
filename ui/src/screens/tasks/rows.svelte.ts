import { call } from '../../host';
import type { TaskRow } from '../../host/types/TaskRow';
import { complain } from '../../app/state.svelte';
import type { Shown } from './address';

/** Rows asked for at once. */
export const PAGE = 100;
/** Pages kept: what was seen lately is there at once, and memory stays small among a million rows. */
const KEPT = 40;

/** The rows of a list, asked for by pages as they come into view. */
export class Rows {
  /** How many rows the filter finds. */
  total = $state(0);
  /** The first answer has come. */
  ready = $state(false);
  #pages = $state.raw<ReadonlyMap<number, TaskRow[]>>(new Map());
  #cursors = new Map<number, string>();
  #asked = new Set<number>();
  #shown: Shown | undefined;
  /** Answers to questions that are no longer asked are left aside. */
  #round = 0;

  /** The row at a place, if it has come. */
  at(index: number): TaskRow | undefined {
    return this.#pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /** The place of a task among the rows that have come. */
  find(id: string): number | undefined {
    for (const [page, rows] of this.#pages) {
      const index = rows.findIndex((row) => row.id === id || row.code === id);
      if (index >= 0) return page * PAGE + index;
    }
    return undefined;
  }

  /** Asks for a list, beginning with the page in view. What is on screen stays until the answer is here. */
  async show(shown: Shown, first: number): Promise<void> {
    const mine = ++this.#round;
    this.#shown = shown;
    const page = Math.floor(first / PAGE);
    try {
      const [count, rows] = await Promise.all([
        call('tasks_count', shown.filter),
        call('tasks_page', { filter: shown.filter, sort: shown.sort, descending: shown.descending, offset: page * PAGE, limit: PAGE, after: null }),
      ]);
      if (mine !== this.#round) return;
      this.#asked = new Set([page]);
      this.#cursors = new Map(rows.next ? [[page + 1, rows.next]] : []);
      this.#pages = new Map([[page, rows.rows]]);
      this.total = count.count;
      this.ready = true;
    } catch (error) {
      if (mine === this.#round) complain(error);
    }
  }

  /** Sees to it that the rows from one place to another are here or on their way. */
  need(from: number, to: number): void {
    if (!this.ready || to <= from) return;
    for (let page = Math.floor(from / PAGE); page <= Math.floor((to - 1) / PAGE); page += 1) {
      if (!this.#asked.has(page)) void this.#ask(page);
    }
  }

  async #ask(page: number): Promise<void> {
    const mine = this.#round;
    const shown = this.#shown;
    if (!shown) return;
    this.#asked.add(page);
    // A cursor is quicker than counting from the start.
    const after = this.#cursors.get(page) ?? null;
    try {
      const answer = await call('tasks_page', {
        filter: shown.filter,
        sort: shown.sort,
        descending: shown.descending,
        offset: after === null ? page * PAGE : 0,
        limit: PAGE,
        after,
      });
      if (mine !== this.#round) return;
      if (answer.next) this.#cursors.set(page + 1, answer.next);
      const pages = new Map(this.#pages).set(page, answer.rows);
      for (const old of pages.keys()) {
        if (pages.size <= KEPT) break;
        pages.delete(old);
        this.#asked.delete(old);
      }
      this.#pages = pages;
    } catch (error) {
      this.#asked.delete(page);
      if (mine === this.#round) complain(error);
    }
  }
}
