import { call, failureOf, opened, type AppFailure, type HandedFile } from '../host';
import type { Session } from '../host/types/Session';
import type { Settings } from '../host/types/Settings';
import type { TaskFilter } from '../host/types/TaskFilter';
import { anything, toQuery, type Shown } from '../screens/tasks/address';
import { speak } from '../messages/index.svelte';

/** What the whole page knows: who works here, which screen is open, what was said last. */
export const app = $state({
  session: undefined as Session | undefined,
  settings: undefined as Settings | undefined,
  route: 'tasks',
  /** What follows `?` in the address of the screen. */
  query: '',
  notes: [] as { id: number; text: string; bad: boolean }[],
  /** A bundle that the program was opened with, until its screen takes it. */
  opened: undefined as HandedFile | undefined,
  /** Counts changes of data, so that what is shown is asked for again. */
  changed: 0,
  /** Counts backups that were made by themselves. */
  backedUp: 0,
  /** The version that the next start of the program installs; empty if none was asked for since the page stands. */
  updateReady: '',
});

let lastNote = 0;

export { anything } from '../screens/tasks/address';

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

/** Looks whether the program was opened with a bundle, and shows what it is. */
export async function lookForOpened(): Promise<void> {
  try {
    const given = await opened();
    if (!given) return;
    app.opened = given;
    go('bundles');
  } catch (error) {
    complain(error);
  }
}

/** Opens a screen. */
export function go(route: string): void {
  location.hash = `/${route}`;
}

/** Opens the task list with a filter, or with one task beside it. */
export function openTasks(filter: TaskFilter | undefined, task?: string): void {
  showTasks({ filter: filter ?? anything(), sort: 'code', descending: false, task });
}

/** Shows a list of tasks as told. Within the list the address changes in place, from elsewhere it is a step forward. */
export function showTasks(shown: Shown): void {
  const query = toQuery(shown);
  const address = `#/tasks${query === '' ? '' : `?${query}`}`;
  if (app.route === 'tasks') history.replaceState(null, '', address);
  else history.pushState(null, '', address);
  app.route = 'tasks';
  app.query = query;
}

/** Reads the screen and its query out of the address. */
export function readAddress(routes: readonly string[]): void {
  const [, route = '', query = ''] = /^#\/([a-z-]+)(?:\/[^?]*)?(?:\?(.*))?$/.exec(location.hash) ?? [];
  if (routes.includes(route)) {
    app.route = route;
    app.query = query;
  }
}
