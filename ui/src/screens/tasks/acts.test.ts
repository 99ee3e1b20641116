import { describe, expect, it } from 'vitest';
import type { Status } from '../../host/types/Status';
import { actsOf, type Act } from './acts';

function detail(status: Status, given: { steps?: [Status, boolean][]; report?: boolean; assess?: boolean }) {
  return {
    row: { status },
    steps: (given.steps ?? []).map(([to, next]) => ({ to, next })),
    may_report: given.report ?? false,
    may_assess: given.assess ?? false,
  };
}
function told(act: Act | undefined): string | undefined {
  return act?.do === 'step' ? act.step.to : act?.do;
}

describe('the one obvious next step', () => {
  it('is to receive what is new, then to report', () => {
    const fresh = actsOf(detail('new', { steps: [['received', true], ['in_progress', false]], report: true }));
    expect(told(fresh.first)).toBe('received');
    expect(fresh.beside.map(told)).toEqual(['report']);
    expect(fresh.rest.map(told)).toEqual(['in_progress']);
    const busy = actsOf(detail('in_progress', { steps: [['awaiting_approval', true], ['completed', false]], report: true }));
    expect(told(busy.first)).toBe('report');
    expect(busy.beside.map(told)).toEqual(['awaiting_approval']);
  });
  it('is to judge, where a completion waits for judgement', () => {
    const waits = actsOf(detail('completed', { steps: [['suspended', false], ['withdrawn', false]], assess: true }));
    expect(told(waits.first)).toBe('accept');
    expect(waits.beside.map(told)).toEqual(['return']);
    expect(waits.rest.map(told)).toEqual(['suspended', 'withdrawn']);
  });
  it('is none for what is done', () => {
    const done = actsOf(detail('completed', { steps: [['in_progress', false]], report: true }));
    expect(done.first).toBeUndefined();
    expect(done.beside.map(told)).toEqual(['report']);
    expect(actsOf(detail('withdrawn', {}))).toEqual({ first: undefined, beside: [], rest: [] });
  });
});
