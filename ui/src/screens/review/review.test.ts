import { render, screen } from '@testing-library/svelte';
import { expect, it } from 'vitest';
import { answering } from '../../host/answering';
import Conflicts from './Conflicts.svelte';
import Quarantine from './Quarantine.svelte';

const origin = { person: { name: 'Hoàng Thị Mai', title: '' }, unit: 'UBND huyện Yên Thế', device: 'YENTHE-VP-02', at: '2017-06-23T14:31:00+07:00', clock_doubtful: true, own_side: false, confirmed: true };

it('shows every value of a conflict, the shown one first, with who, where and when', async () => {
  const value = (text: string) => ({ value: text, text, origin, unavailable: false });
  answering({ conflicts: () => ({ rows: [{ kind: 'task', record: 'r', task: 't', about: 'NV09', field: 'deadline', values: [value('30/06/2017'), value('15/07/2017')], positions: ['a.1.0', 'b.1.0'], edits: [], mine: true, plain: true }] }) });
  render(Conflicts);
  expect(await screen.findByText('NV09')).toBeTruthy();
  expect(screen.getByText('Hạn hiện tại')).toBeTruthy();
  expect(screen.getByText(/15\/07\/2017/)).toBeTruthy();
  expect(screen.getAllByText('YENTHE-VP-02')).toHaveLength(2);
  expect(screen.getByRole('button', { name: 'Mở để giải quyết' })).toBeTruthy();
});

it('says of each change in quarantine what it wanted and why it was not applied', async () => {
  answering({ quarantine: () => ({ rows: [{ at: 'f:3:0', kind: 'task', field: 'deadline', about: 'NV14', task: 't', value: '31/12/2017', reason: 'not_yours', origin }] }) });
  render(Quarantine);
  expect(await screen.findByText('31/12/2017')).toBeTruthy();
  expect(screen.getByText(/Không thuộc quyền của bên ghi/)).toBeTruthy();
});

it('says when there is nothing', async () => {
  answering({ conflicts: () => ({ rows: [] }) });
  render(Conflicts);
  expect(await screen.findByText('Không có xung đột nào.')).toBeTruthy();
});
