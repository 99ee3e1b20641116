import { fireEvent, render, screen } from '@testing-library/svelte';
import { expect, it } from 'vitest';
import { app } from '../../app/state.svelte';
import { answering } from '../../host/answering';
import type { Recommendation } from '../../host/types/Recommendation';
import RecommendationForm from './RecommendationForm.svelte';
import RecommendationTable from './RecommendationTable.svelte';

const session = () => ({ vault: 'locked' }) as never;
const entered: Recommendation = {
  id: 'r1', code: 'KN01', unit: { id: 'u', name: 'UBND huyện Yên Thế', code: 'H02.15' }, content: 'Đề nghị bố trí vốn', addressee: 'UBND tỉnh',
  tasks: [{ id: 't1', code: 'NV01', content: 'Hồ sông Sỏi' }], inspection: null, state: 'taken_up', taken_up_on: '2017-06-23', answer: '', answer_document: '', answered_on: null,
  may_answer: true,
  origin: { person: { name: 'Hoàng Thị Mai', title: '' }, unit: '', device: '', at: '2017-06-23T14:31:00+07:00', clock_doubtful: false, own_side: false, confirmed: true },
};

it('records a recommendation with the tasks it names, and drops its draft', async () => {
  let added = 0;
  const asked = answering({ session, draft_find: ({ name }) => ({ name, text: '', at: null }), draft_keep: () => ({}), recommendation_add: () => entered });
  render(RecommendationForm, { inspection: 'kt01', onadded: () => (added += 1), oncancel: () => undefined });
  await fireEvent.input(screen.getByLabelText('Nội dung kiến nghị'), { target: { value: 'Đề nghị bố trí vốn' } });
  await fireEvent.input(screen.getByLabelText('Liên quan nhiệm vụ'), { target: { value: 'NV01, NV02' } });
  await fireEvent.click(screen.getByRole('button', { name: 'Ghi kiến nghị' }));
  await expect.poll(() => added).toBe(1);
  expect(asked.of('recommendation_add')).toEqual([{ content: 'Đề nghị bố trí vốn', addressee: '', tasks: ['NV01', 'NV02'], inspection: 'kt01' }]);
  expect(asked.of('draft_keep').at(-1)).toMatchObject({ name: 'recommendation/kt01', text: '' });
});

it('lets the parent answer where it may, with document and date', async () => {
  app.session = { today: '2017-07-10' } as never;
  const asked = answering({ session, draft_find: ({ name }) => ({ name, text: '', at: null }), draft_keep: () => ({}), recommendation_answer: () => ({ ...entered, state: 'answered' }) });
  render(RecommendationTable, { rows: [entered, { ...entered, id: 'r2', code: 'KN02', may_answer: false }] });
  expect(screen.getAllByRole('button', { name: 'Trả lời…' })).toHaveLength(1);
  await fireEvent.click(screen.getByRole('button', { name: 'Trả lời…' }));
  await fireEvent.input(screen.getByLabelText('Nội dung trả lời'), { target: { value: 'Đã bố trí trong kế hoạch' } });
  await fireEvent.input(screen.getByLabelText(/Số, ký hiệu/), { target: { value: '9101/UBND-TN' } });
  await fireEvent.click(screen.getByRole('button', { name: 'Ghi trả lời' }));
  await expect.poll(() => asked.of('recommendation_answer')).toEqual([
    { recommendation: 'r1', answer: 'Đã bố trí trong kế hoạch', document: '9101/UBND-TN', on: '2017-07-10' },
  ]);
});
