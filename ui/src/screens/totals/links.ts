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
  | 'done_without_deadline'
  | 'done_late'
  | 'open'
  | 'open_in_time'
  | 'open_due_soon'
  | 'open_overdue'
  | 'open_without_deadline'
  | 'not_started'
  | 'under_way'
  | 'suspended'
  | 'extended'
  | 'excluded';

/** Any number that the totals tell, in the table or beside it. */
export type Part = Counted | 'on_province_system' | 'ad_hoc';

interface Restriction {
  done?: boolean;
  classes?: DeadlineClass[];
  statuses?: Status[];
  kinds?: TaskKind[];
  extended?: boolean;
  on_province_system?: boolean;
}

/** What each number counts, as one more restriction on the list (DOMAIN 1.4: the totals' invariants). */
const RESTRICTIONS: Record<Part, Restriction> = {
  total: {},
  done: { done: true },
  done_on_time: { done: true, classes: ['done_on_time', 'done_without_deadline'] },
  done_without_deadline: { done: true, classes: ['done_without_deadline'] },
  done_late: { done: true, classes: ['done_late'] },
  open: { done: false },
  open_in_time: { done: false, classes: ['open_in_time', 'open_due_soon'] },
  open_due_soon: { done: false, classes: ['open_due_soon'] },
  open_overdue: { done: false, classes: ['open_overdue'] },
  open_without_deadline: { done: false, classes: ['open_without_deadline'] },
  not_started: { done: false, statuses: ['new', 'received'] },
  // What was completed after the date was work under way then.
  under_way: { done: false, statuses: ['in_progress', 'awaiting_approval', 'completed'] },
  suspended: { done: false, statuses: ['suspended'] },
  extended: { extended: true },
  on_province_system: { on_province_system: true },
  ad_hoc: { kinds: ['ad_hoc'] },
  excluded: { statuses: ['transferred', 'withdrawn'] },
};

/** The statuses that a total counts: what was transferred or withdrawn stands outside it. */
const COUNTED: Status[] = ['new', 'received', 'in_progress', 'awaiting_approval', 'completed', 'suspended'];

function narrowed<T>(given: T[], more: T[] | undefined): T[] {
  if (more === undefined) return given;
  return given.length === 0 ? more : more.filter((one) => given.includes(one));
}

/**
 * The filter of the list that a number counts.
 * @param base the filter that was counted, as the totals tell it: its date and the deadline that it judges by are the list's too
 * @param row the row in which the number stands; its key is empty in the row of all
 */
export function filterOf(
  base: TaskFilter,
  counted: Part,
  row: TotalsRow,
  group?: { by: TotalsBy; edition: Edition },
): TaskFilter {
  const more = RESTRICTIONS[counted];
  const filter: TaskFilter = {
    ...base,
    classes: narrowed(base.classes, more.classes),
    statuses: narrowed(base.statuses, more.statuses),
    kinds: narrowed(base.kinds, more.kinds),
    done: more.done ?? base.done,
    extended: more.extended ?? base.extended,
    on_province_system: more.on_province_system ?? base.on_province_system,
  };
  if (more.done === undefined && more.statuses === undefined && row.excluded > 0) filter.statuses = narrowed(base.statuses, COUNTED);
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
