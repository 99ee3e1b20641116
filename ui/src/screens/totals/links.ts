import type { DeadlineClass } from '../../host/types/DeadlineClass';
import type { Edition } from '../../host/types/Edition';
import type { Status } from '../../host/types/Status';
import type { TaskFilter } from '../../host/types/TaskFilter';
import type { TaskKind } from '../../host/types/TaskKind';
import type { TotalsBy } from '../../host/types/TotalsBy';
import type { TotalsRow } from '../../host/types/TotalsRow';

/** A number of the table, by the name it has in a row of totals. */
export type Counted =
  | 'total'
  | 'done'
  | 'done_on_time'
  | 'done_late'
  | 'open'
  | 'open_in_time'
  | 'open_due_soon'
  | 'open_overdue'
  | 'open_without_deadline'
  | 'not_started'
  | 'under_way'
  | 'suspended'
  | 'excluded';

/** What each number counts, as one more restriction on the list (DOMAIN 1.4: the totals' invariants). */
const RESTRICTIONS: Record<Counted, { done?: boolean; classes?: DeadlineClass[]; statuses?: Status[] }> = {
  total: {},
  done: { done: true },
  done_on_time: { done: true, classes: ['done_on_time', 'done_without_deadline'] },
  done_late: { done: true, classes: ['done_late'] },
  open: { done: false },
  open_in_time: { done: false, classes: ['open_in_time', 'open_due_soon'] },
  open_due_soon: { done: false, classes: ['open_due_soon'] },
  open_overdue: { done: false, classes: ['open_overdue'] },
  open_without_deadline: { done: false, classes: ['open_without_deadline'] },
  not_started: { done: false, statuses: ['new', 'received'] },
  under_way: { done: false, statuses: ['in_progress', 'awaiting_approval'] },
  suspended: { done: false, statuses: ['suspended'] },
  excluded: { statuses: ['transferred', 'withdrawn'] },
};

/** The statuses that a total counts: what was transferred or withdrawn stands outside it. */
const COUNTED: Status[] = ['new', 'received', 'in_progress', 'awaiting_approval', 'completed', 'suspended'];

/** The numbers that change with the deadline that is counted by. */
const BY_DEADLINE: ReadonlySet<Counted> = new Set<Counted>([
  'done_on_time',
  'done_late',
  'open_in_time',
  'open_due_soon',
  'open_overdue',
  'open_without_deadline',
]);

/** Whether a number can open its list: the list judges by the current deadline only. */
export function opensList(counted: Counted, originalDeadline: boolean): boolean {
  return !originalDeadline || !BY_DEADLINE.has(counted);
}

function narrowed<T>(given: T[], more: T[] | undefined): T[] {
  if (more === undefined) return given;
  return given.length === 0 ? more : more.filter((one) => given.includes(one));
}

/**
 * The filter of the list that a number counts.
 * @param base the filter that was counted, as the totals tell it
 * @param row the row in which the number stands; its key is empty in the row of all
 */
export function filterOf(
  base: TaskFilter,
  counted: Counted,
  row: TotalsRow,
  group?: { by: TotalsBy; edition: Edition },
): TaskFilter {
  const more = RESTRICTIONS[counted];
  const filter: TaskFilter = {
    ...base,
    classes: narrowed(base.classes, more.classes),
    statuses: narrowed(base.statuses, more.statuses),
    done: more.done ?? base.done,
  };
  if (counted === 'total' && row.excluded > 0) filter.statuses = narrowed(base.statuses, COUNTED);
  if (group === undefined) return filter;
  switch (group.by) {
    case 'unit':
      return group.edition === 'province' ? { ...filter, units: [row.key] } : { ...filter, leads: [row.key] };
    case 'lead':
      return { ...filter, leads: [row.key] };
    case 'kind':
      return { ...filter, kinds: [row.key as TaskKind] };
    case 'field':
      return { ...filter, fields: [row.key] };
    case 'assigner':
      return { ...filter, assigners: [row.key] };
  }
}
