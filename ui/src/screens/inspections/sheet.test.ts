import { fireEvent, render, screen } from '@testing-library/svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { answering, type Asked } from '../../host/answering';
import type { CheckLine } from '../../host/types/CheckLine';
import type { InspectionDetail } from '../../host/types/InspectionDetail';
import type { TaskRow } from '../../host/types/TaskRow';
import { draftText, formOf } from './finding';
import Sheet from './Sheet.svelte';

const task = { id: 't26', code: 'NV26', content: 'Xây dựng kế hoạch phòng cháy, chữa cháy rừng', percent: 70, status: 'in_progress', lead: '', document_number: '', deadline: null } as unknown as TaskRow;
const line: CheckLine = { task, finding: null };
const after = { lines: [] } as unknown as InspectionDetail;

let asked: Asked;
let draft = '';
let recorded: boolean[] = [];
function show(): void {
  render(Sheet, { inspection: 'kt01', line, editable: true, first: true, last: false, onmove: () => undefined, onrecorded: (_: InspectionDetail, next: boolean) => recorded.push(next) });
}

beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  draft = '';
  recorded = [];
  asked = answering({
    draft_find: ({ name }) => ({ name, text: draft, at: draft === '' ? null : '2017-06-23T15:12:00+07:00' }),
    draft_keep: () => ({}),
    finding_add: () => after,
    session: () => ({ vault: 'locked' }) as never,
  });
});
afterEach(() => vi.useRealTimers());

it('keeps what is typed at the first pause', async () => {
  show();
  await fireEvent.input(screen.getByLabelText('Nhận xét tại hiện trường'), { target: { value: 'Mới phát dọn một nửa' } });
  expect(asked.of('draft_keep')).toHaveLength(0);
  await vi.advanceTimersByTimeAsync(600);
  const kept = asked.of('draft_keep');
  expect(kept).toHaveLength(1);
  expect(kept[0]?.name).toBe('finding/kt01/t26');
  expect(kept[0]?.text).toContain('Mới phát dọn một nửa');
});

it('keeps a step of percent, which types nothing', async () => {
  show();
  await fireEvent.click(screen.getByRole('button', { name: 'Thực tế: Tăng 10' }));
  await vi.advanceTimersByTimeAsync(600);
  expect(asked.of('draft_keep')[0]?.text).toContain('"found":"10"');
});

it('comes back from its draft, and says so', async () => {
  draft = draftText({ ...formOf(task, null), found: '50', note: 'Đang dở' });
  show();
  expect(await screen.findByText(/Bản nháp lúc 15:12 23\/06\/2017/)).toBeTruthy();
  expect(screen.getByRole<HTMLInputElement>('textbox', { name: 'Thực tế' }).value).toBe('50');
});

it('records the finding, drops the draft, and goes to the next task', async () => {
  show();
  await fireEvent.input(screen.getByRole('textbox', { name: 'Thực tế' }), { target: { value: '50' } });
  await fireEvent.click(screen.getByRole('button', { name: 'Ghi và sang nhiệm vụ tiếp' }));
  await expect.poll(() => recorded).toEqual([true]);
  expect(asked.of('finding_add')[0]).toMatchObject({ inspection: 'kt01', task: 't26', reported_percent: 70, found_percent: 50, agreed: true, negative: false });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(asked.of('draft_keep').at(-1)?.text).toBe('');
});

it('asks a negative finding for its four fields, and records nothing that is no percentage', async () => {
  show();
  await fireEvent.click(screen.getByLabelText('Chưa làm hoặc làm sai'));
  expect(screen.getByText(/Còn thiếu: tính chất, mức độ, nguyên nhân, trách nhiệm/)).toBeTruthy();
  await fireEvent.input(screen.getByLabelText(/^Tính chất/), { target: { value: 'Chậm tiến độ' } });
  expect(screen.getByText(/Còn thiếu: mức độ, nguyên nhân, trách nhiệm/)).toBeTruthy();
  await fireEvent.input(screen.getByRole('textbox', { name: 'Thực tế' }), { target: { value: '500' } });
  expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Ghi và sang nhiệm vụ tiếp' }).disabled).toBe(true);
});
