/** The control totals that stand in a bundle's manifest, in the order in which an office reads them. */
const ORDER = [
  'tasks', 'done', 'done_on_time', 'done_late', 'open', 'open_in_time', 'open_overdue', 'open_without_deadline',
  'not_started', 'under_way', 'recommendations',
] as const;

export type ControlTotal = (typeof ORDER)[number];

/** The totals that this page has a word for; a newer program may send more. */
export function controlTotals(totals: Record<string, number | undefined>): { name: ControlTotal; value: number }[] {
  return ORDER.flatMap((name) => {
    const value = totals[name];
    return value === undefined ? [] : [{ name, value }];
  });
}
