import { expect, it } from 'vitest';
import type { HistoryLine } from '../../host/types/HistoryLine';
import { grouped } from './history';

function line(act: string, field: string, at: string, device = 'máy 1'): HistoryLine {
  const origin = { person: { name: 'Hoàng Thị Mai', title: '' }, unit: 'UBND huyện', device, at, clock_doubtful: false, own_side: true, confirmed: false };
  return { act, kind: 'task', field, old: null, new: 'x', old_value: null, new_value: 'x', origin, side_by_side: false, quarantined: null, erased: false };
}

it('puts together what one act wrote, and nothing else', () => {
  const acts = grouped([
    line('report.add', 'percent', '2017-06-23T10:00:00+07:00'),
    line('report.add', 'note', '2017-06-23T10:00:00+07:00'),
    line('report.add', 'percent', '2017-06-23T10:00:00+07:00'),
    line('report.add', 'note', '2017-06-23T10:00:00+07:00', 'máy 2'),
    line('task.set', 'lead', '2017-06-23T09:00:00+07:00'),
    line('task.set', 'follower', '2017-06-22T09:00:00+07:00'),
  ]);
  expect(acts.map((act) => [act.act, act.lines.length])).toEqual([['report.add', 2], ['report.add', 1], ['report.add', 1], ['task.set', 1], ['task.set', 1]]);
});
