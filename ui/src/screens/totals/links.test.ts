import { describe, expect, it } from 'vitest';
import type { TaskFilter } from '../../host/types/TaskFilter';
import type { TotalsRow } from '../../host/types/TotalsRow';
import { filterOf } from './links';

const base: TaskFilter = {
  statuses: [],
  classes: [],
  units: [],
  leads: [],
  kinds: [],
  assigners: [],
  fields: [],
  responsible: [],
  on_province_system: null,
  extended: null,
  original_deadline: false,
  assigned_from: '2017-01-01',
  assigned_to: '2017-05-31',
  as_of: '2017-06-23',
  done: null,
  search: '',
  only: [],
};

function row(part: Partial<TotalsRow>): TotalsRow {
  return { name: '', key: '', excluded: 0, ...part } as TotalsRow;
}

describe('the list that a number counts', () => {
  it('keeps the period and the date', () => {
    expect(filterOf(base, 'open_overdue', row({}))).toEqual({ ...base, done: false, classes: ['open_overdue'] });
  });

  it('counts with those done on time the ones without deadline, and with those in time the ones due soon', () => {
    expect(filterOf(base, 'done_on_time', row({})).classes).toEqual(['done_on_time', 'done_without_deadline']);
    expect(filterOf(base, 'open_in_time', row({})).classes).toEqual(['open_in_time', 'open_due_soon']);
  });

  it('leaves out of the total what was transferred or withdrawn', () => {
    expect(filterOf(base, 'total', row({})).statuses).toEqual([]);
    expect(filterOf(base, 'total', row({ excluded: 2 })).statuses).not.toContain('withdrawn');
    expect(filterOf(base, 'excluded', row({ excluded: 2 })).statuses).toEqual(['transferred', 'withdrawn']);
  });

  it('never widens a filter that was given', () => {
    const given: TaskFilter = { ...base, classes: ['open_due_soon', 'open_overdue'] };
    expect(filterOf(given, 'open_in_time', row({})).classes).toEqual(['open_due_soon']);
  });

  it('opens a unit at the province and a lead office at a unit', () => {
    const of = row({ key: 'k' });
    expect(filterOf(base, 'total', of, { by: 'unit', edition: 'province' })).toMatchObject({ units: ['k'], leads: [] });
    expect(filterOf(base, 'total', of, { by: 'unit', edition: 'unit' })).toMatchObject({ units: [], leads: ['k'] });
    expect(filterOf(base, 'total', row({ key: '' }), { by: 'field', edition: 'unit' }).fields).toEqual(['']);
  });

  it('judges by the deadline that was counted by', () => {
    expect(filterOf({ ...base, original_deadline: true }, 'open_overdue', row({})).original_deadline).toBe(true);
  });

  it('finds what was extended among what the total counts', () => {
    expect(filterOf(base, 'extended', row({}))).toEqual({ ...base, extended: true });
    expect(filterOf(base, 'extended', row({ excluded: 1 })).statuses).toHaveLength(6);
  });

  it('takes for under way what was completed after the date', () => {
    expect(filterOf(base, 'under_way', row({}))).toMatchObject({ done: false, statuses: ['in_progress', 'awaiting_approval', 'completed'] });
  });
});
