import type { Step } from '../../host/types/Step';
import type { TaskDetail } from '../../host/types/TaskDetail';

/** What can be done with a task here and now. */
export type Act = { do: 'report' } | { do: 'accept' } | { do: 'return' } | { do: 'step'; step: Step };

/** The acts of a task: the one obvious next step, at most two beside it, and the rest in a menu. */
export interface Acts {
  first: Act | undefined;
  beside: Act[];
  rest: Act[];
}

type Known = Pick<TaskDetail, 'steps' | 'may_report' | 'may_assess'> & { row: Pick<TaskDetail['row'], 'status'> };

/** Puts what this side may do in order. */
export function actsOf(detail: Known): Acts {
  const all: Act[] = [];
  const next = detail.steps.find((step) => step.next);
  const report: Act[] = detail.may_report ? [{ do: 'report' }] : [];
  const step: Act[] = next ? [{ do: 'step', step: next }] : [];
  const untaken = detail.row.status === 'new';
  const finished = detail.row.status === 'completed' || detail.row.status === 'awaiting_approval';
  if (detail.may_assess) all.push({ do: 'accept' }, { do: 'return' });
  // A task that nobody has received is received first; afterwards work is told by reports.
  if (untaken || finished) all.push(...step, ...report);
  else all.push(...report, ...step);
  const rest: Act[] = detail.steps.filter((one) => one !== next).map((one) => ({ do: 'step', step: one }));
  const obvious = !finished || detail.may_assess || next !== undefined;
  const first = obvious ? all[0] : undefined;
  const others = all.filter((act) => act !== first);
  return { first, beside: others.slice(0, 2), rest: [...others.slice(2), ...rest] };
}
