import { fireEvent, render, screen } from '@testing-library/svelte';
import { beforeEach, expect, it } from 'vitest';
import { app } from '../../app/state.svelte';
import { answering, type Asked } from '../../host/answering';
import type { InspectionDetail } from '../../host/types/InspectionDetail';
import type { TaskRow } from '../../host/types/TaskRow';
import type { UnitRow } from '../../host/types/UnitRow';
import HeadForm from './HeadForm.svelte';

const unit = { id: 'u', name: 'UBND huyện Yên Thế', code: 'H02.15', relation: 'child' } as UnitRow;
const row = (code: string): TaskRow => ({ id: `id-${code}`, code, content: code, status: 'in_progress', percent: 0 }) as TaskRow;

let asked: Asked;
let saved: InspectionDetail[] = [];
beforeEach(() => {
  saved = [];
  app.settings = { language: 'vi', theme: 'system', due_soon_days: 3, lock_after_minutes: 15, assigned_from: '2017-01-01', assigned_to: '2017-05-31' };
  app.session = { vault: 'open', edition: 'province', today: '2017-06-23', unit: { id: 'p', name: 'Văn phòng UBND tỉnh', code: 'H02' }, person: { name: 'Nguyễn Đức Đăng', title: 'Chánh Văn phòng' } } as never;
  asked = answering({
    draft_find: ({ name }) => ({ name, text: '', at: null }),
    draft_keep: () => ({}),
    tasks_page: ({ filter, after }) =>
      filter.done === false
        ? { rows: after === null ? [row('NV09')] : [row('NV14')], next: after === null ? 'more' : null, as_of: '2017-06-23' }
        : { rows: [row('NV01'), row('NV09'), row('NV14')], next: null, as_of: '2017-06-23' },
    tasks_count: () => ({ count: 3 }),
    inspection_save: () => ({ row: { id: 'kt' } }) as InspectionDetail,
    session: () => ({ vault: 'locked' }) as never,
  });
  render(HeadForm, { units: [unit], onsaved: (detail: InspectionDetail) => saved.push(detail), oncancel: () => undefined });
});

it('offers the tasks of the only unit in the set period, and saves team and tasks', async () => {
  await fireEvent.click(await screen.findByRole('checkbox', { name: /NV01/ }));
  expect(asked.of('tasks_page')[0]?.filter).toMatchObject({ units: ['u'], assigned_from: '2017-01-01', assigned_to: '2017-05-31' });
  await fireEvent.input(screen.getByLabelText('Thành viên đoàn'), { target: { value: 'Trần Thị Hà, Phó phòng Tổng hợp\nLê Văn An' } });
  await fireEvent.click(screen.getByRole('button', { name: 'Lưu' }));
  await expect.poll(() => saved).toHaveLength(1);
  expect(asked.of('inspection_save')[0]).toMatchObject({
    unit: 'u',
    inspection: '',
    held_on: '2017-06-23',
    head: { name: 'Nguyễn Đức Đăng', title: 'Chánh Văn phòng' },
    members: [{ name: 'Trần Thị Hà', title: 'Phó phòng Tổng hợp' }, { name: 'Lê Văn An', title: '' }],
    tasks: ['id-NV01'],
  });
});

it('chooses every open task, page by page', async () => {
  await screen.findByText('Đã chọn 0 trong 3');
  await fireEvent.click(screen.getByRole('button', { name: 'Chọn hết chưa hoàn thành' }));
  expect(await screen.findByText('Đã chọn 2 trong 3')).toBeTruthy();
});
