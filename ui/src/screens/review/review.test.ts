import { cleanup, fireEvent, render, screen } from '@testing-library/svelte';
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
  expect(screen.getByText(/Hạn hiện tại/)).toBeTruthy();
  expect(screen.getByText(/15\/07\/2017/)).toBeTruthy();
  expect(screen.getAllByText(/YENTHE-VP-02/)).toHaveLength(2);
  expect(screen.getAllByRole('button', { name: 'Giữ giá trị này' })).toHaveLength(2);
});

it('says of each change in quarantine what it wanted and why it was not applied', async () => {
  answering({ incidents: () => ({ rows: [] }), quarantine: () => ({ rows: [{ at: 'f:3:0', kind: 'task', field: 'deadline', about: 'NV14', task: 't', value: '31/12/2017', reason: 'not_yours', origin }] }) });
  render(Quarantine);
  expect(await screen.findByText('31/12/2017')).toBeTruthy();
  expect(screen.getByText(/Không thuộc quyền của bên ghi/)).toBeTruthy();
});

it('says when there is nothing', async () => {
  answering({ conflicts: () => ({ rows: [] }) });
  render(Conflicts);
  expect(await screen.findByText('Không có xung đột nào.')).toBeTruthy();
});

const conflict = (part: object) => ({
  kind: 'task', record: 'r', task: 't', about: 'NV09', field: 'note', positions: ['a.1.0', 'b.1.0'], edits: [], mine: true, plain: true,
  values: ['một', 'hai'].map((text) => ({ value: text, text, origin, unavailable: false })), ...part,
});

async function settling(part: object): Promise<ReturnType<typeof answering>> {
  const asked = answering({
    conflicts: () => ({ rows: [conflict(part)] }),
    conflict_settle: () => ({ rows: [] }),
    session: () => ({ vault: 'locked' }) as never,
  });
  render(Conflicts);
  await screen.findByText('NV09');
  return asked;
}

it('settles by the place of the value that is kept', async () => {
  const asked = await settling({});
  await fireEvent.click(screen.getAllByRole('button', { name: 'Giữ giá trị này' })[1]!);
  expect(await screen.findByText('Không có xung đột nào.')).toBeTruthy();
  expect(asked.of('conflict_settle')).toEqual([{ record: 'r', field: 'note', keep: 'b.1.0', value: null }]);
});

it('settles with a third value, a date as the program writes dates', async () => {
  const dates = ['2017-06-30', '2017-07-15'].map((value) => ({ value, text: value, origin, unavailable: false }));
  const asked = await settling({ field: 'deadline', values: dates });
  await fireEvent.change(screen.getByLabelText('Giá trị khác nữa'), { target: { value: '1/8/2017' } });
  await fireEvent.click(screen.getByRole('button', { name: 'Ghi giá trị này' }));
  expect(await screen.findByText('Không có xung đột nào.')).toBeTruthy();
  expect(asked.of('conflict_settle')).toEqual([{ record: 'r', field: 'deadline', keep: null, value: '2017-08-01' }]);
});

it('restores a record that was deleted while somebody edited it, or deletes it all the same', async () => {
  const deleted = { field: 'deleted', values: [{ value: true, text: 'có', origin, unavailable: false }], positions: ['a.9.0'], edits: [{ field: 'note', value: { value: 'x', text: 'đang sửa', origin, unavailable: false } }] };
  const asked = await settling(deleted);
  expect(screen.getByText(/đang sửa/, { selector: 'p.value' })).toBeTruthy();
  expect(screen.queryByLabelText('Giá trị khác nữa')).toBeNull();
  await fireEvent.click(screen.getByRole('button', { name: 'Khôi phục bản ghi' }));
  expect(await screen.findByText('Không có xung đột nào.')).toBeTruthy();
  expect(asked.of('conflict_settle')).toEqual([{ record: 'r', field: 'deleted', keep: null, value: '' }]);
});

it('lets nobody settle what is the other side’s, nor type a word of a fixed list', async () => {
  await settling({ mine: false });
  expect(screen.queryByRole('button', { name: 'Giữ giá trị này' })).toBeNull();
  expect(screen.getByText(/bên kia sẽ chọn/)).toBeTruthy();
  cleanup();
  await settling({ field: 'kind', values: ['task', 'conclusion'].map((value) => ({ value, text: `«${value}»`, origin, unavailable: false })) });
  expect(screen.queryByLabelText('Giá trị khác nữa')).toBeNull();
});

it('tells a fork in plain words, with both branches', async () => {
  const unit = { id: 'u', code: 'H02.15', name: 'UBND huyện Yên Thế' };
  answering({
    quarantine: () => ({ rows: [] }),
    incidents: () => ({ rows: [{ kind: 'fork', at: null, unit: unit as never, device: 'YENTHE-VP-02', own: false, branches: [{ origin, entries: 3, here: false }, { origin, entries: 12, here: false }] }] }),
  });
  render(Quarantine);
  expect(await screen.findByText(/Hai máy cùng ghi dưới tên “YENTHE-VP-02”/)).toBeTruthy();
  expect(screen.getByText(/12 bút toán/)).toBeTruthy();
});
