/**
 * What the list shows, as the part of the address behind `#/tasks?`, so that any number can be a link to the list that
 * it counts, and a reload or a step back shows the same.
 */
import type { TaskFilter } from '../../host/types/TaskFilter';
import type { TaskSort } from '../../host/types/TaskSort';

/** What the list shows: which tasks, in what order, and the one opened beside it. */
export interface Shown {
  filter: TaskFilter;
  sort: TaskSort;
  descending: boolean;
  /** Id of the task shown beside the list. */
  task?: string | undefined;
}

/** A filter that restricts nothing. */
export function anything(): TaskFilter {
  return {
    statuses: [], classes: [], units: [], leads: [], kinds: [], assigners: [], fields: [], responsible: [],
    on_province_system: null, assigned_from: null, assigned_to: null, as_of: null, done: null,
    extended: null, original_deadline: false, search: '', only: [],
  };
}

const LISTS = {
  statuses: 'status', classes: 'class', units: 'unit', leads: 'lead', kinds: 'kind',
  assigners: 'by', fields: 'field', responsible: 'who', only: 'only',
} as const;
const DATES = { assigned_from: 'from', assigned_to: 'to', as_of: 'asof' } as const;
const FLAGS = { on_province_system: 'system', done: 'done', extended: 'extended' } as const;
const SORTS: readonly TaskSort[] = ['code', 'deadline', 'assigned_on', 'content', 'lead', 'status', 'percent', 'updated'];

function each<T extends object>(names: T): [keyof T, T[keyof T]][] {
  return Object.entries(names) as [keyof T, T[keyof T]][];
}

/** As a query without `?`; empty when nothing is restricted, sorted otherwise or opened. */
export function toQuery(shown: Shown): string {
  const query = new URLSearchParams();
  for (const [part, name] of each(LISTS)) for (const value of shown.filter[part]) query.append(name, value);
  for (const [part, name] of each(DATES)) if (shown.filter[part]) query.set(name, shown.filter[part] ?? '');
  for (const [part, name] of each(FLAGS)) if (shown.filter[part] !== null) query.set(name, shown.filter[part] ? '1' : '0');
  if (shown.filter.original_deadline) query.set('original', '1');
  if (shown.filter.search !== '') query.set('q', shown.filter.search);
  if (shown.sort !== 'code') query.set('sort', shown.sort);
  if (shown.descending) query.set('desc', '1');
  if (shown.task) query.set('task', shown.task);
  return query.toString();
}

/** Reads such a query. What it does not understand restricts nothing. */
export function fromQuery(text: string): Shown {
  const query = new URLSearchParams(text);
  const filter = anything();
  for (const [part, name] of each(LISTS)) (filter[part] as string[]) = query.getAll(name);
  for (const [part, name] of each(DATES)) {
    const value = query.get(name) ?? '';
    filter[part] = /^\d{4}-\d{2}-\d{2}$/.test(value) ? value : null;
  }
  for (const [part, name] of each(FLAGS)) {
    const value = query.get(name);
    filter[part] = value === '1' ? true : value === '0' ? false : null;
  }
  filter.original_deadline = query.get('original') === '1';
  filter.search = query.get('q') ?? '';
  const sort = SORTS.find((one) => one === query.get('sort')) ?? 'code';
  return { filter, sort, descending: query.get('desc') === '1', task: query.get('task') || undefined };
}

/** Whether a filter restricts anything. By which date and which deadline tasks are judged restricts nothing. */
export function restricts(filter: TaskFilter): boolean {
  return toQuery({ filter: { ...filter, as_of: null, original_deadline: false }, sort: 'code', descending: false }) !== '';
}
