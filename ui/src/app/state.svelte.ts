import { call, failureOf, type AppFailure } from '../host';
import type { Session } from '../host/types/Session';
import type { Settings } from '../host/types/Settings';
import type { TaskFilter } from '../host/types/TaskFilter';
import { speak } from '../messages/index.svelte';

/** What the whole page knows: who works here, which screen is open, what was said last. */
export const app = $state({
  session: undefined as Session | undefined,
  settings: undefined as Settings | undefined,
  route: 'tasks',
  /** A filter with which the task list is to open. */
  filter: undefined as TaskFilter | undefined,
  /** A task to be opened in the list. */
  task: undefined as string | undefined,
  search: '',
  notes: [] as { id: number; text: string; bad: boolean }[],
  /** Counts changes of data, so that what is shown is asked for again. */
  changed: 0,
});

let lastNote = 0;

/** Says something quietly at the foot of the page. */
export function note(text: string, bad = false): void {
  const id = ++lastNote;
  app.notes.push({ id, text, bad });
  setTimeout(() => dismiss(id), bad ? 15_000 : 6_000);
}

export function dismiss(id: number): void {
  app.notes = app.notes.filter((one) => one.id !== id);
}

/** Says what went wrong. */
export function complain(error: unknown): AppFailure {
  const failure = failureOf(error);
  if (failure.code === 'locked') void refresh();
  note(speak(failure), true);
  return failure;
}

/** Asks again where the installation stands. */
export async function refresh(): Promise<void> {
  app.session = await call('session', {});
  if (app.session.vault === 'open') {
    app.settings = await call('settings', {});
    app.changed += 1;
  }
}

/** Opens a screen. */
export function go(route: string): void {
  location.hash = `/${route}`;
}

/** Opens the task list with a filter, or with one task beside it. */
export function openTasks(filter: TaskFilter | undefined, task?: string): void {
  app.filter = filter;
  app.task = task;
  app.route = 'tasks';
  location.hash = '/tasks';
}

/** A filter that restricts nothing. */
export function anything(): TaskFilter {
  return {
    statuses: [], classes: [], units: [], leads: [], kinds: [], assigners: [], fields: [], responsible: [],
    on_province_system: null, assigned_from: null, assigned_to: null, as_of: null, done: null, search: '', only: [],
  };
}
