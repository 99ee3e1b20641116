import { fireEvent, render, screen } from '@testing-library/svelte';
import { expect, it } from 'vitest';
import { answering } from '../../host/answering';
import type { Finding } from '../../host/types/Finding';
import type { Recommendation } from '../../host/types/Recommendation';
import type { Report } from '../../host/types/Report';
import Findings from './Findings.svelte';
import Reports from './Reports.svelte';

const origin = { person: { name: 'Hoàng Thị Mai', title: '' }, unit: 'UBND huyện Yên Thế', device: 'YENTHE-VP-02', at: '2017-06-23T14:31:00+07:00', clock_doubtful: false, own_side: true, confirmed: false };
const report = (part: Partial<Report>): Report => ({
  id: 'report:1', percent: 60, percent_words: '', note: 'Hộ ông Sáu chưa nhận tiền', difficulty: '', product: '', done_on: null, attachments: [], origin, head: true, assessment: null, ...part,
});

it('erases a report of this side only after asking, and says what went', async () => {
  const asked = answering({ session: () => ({ vault: 'open' }) as never, erase: () => ({ record: 'report:1', fields: ['note'], values: 3, attachments: 1, kept: 0 }) });
  render(Reports, { reports: [report({})] });
  await fireEvent.click(screen.getByRole('button', { name: 'Xoá hẳn…' }));
  expect(asked.of('erase')).toEqual([]);
  expect(screen.getByRole('alertdialog').textContent).toContain('Không lấy lại được');
  await fireEvent.click(screen.getByRole('button', { name: 'Xoá hẳn' }));
  await expect.poll(() => asked.of('erase')).toEqual([{ record: 'report:1', fields: [] }]);
});

it('offers no erasing of what the other side wrote, nor of what is empty', () => {
  answering({});
  render(Reports, { reports: [report({ origin: { ...origin, own_side: false } }), report({ id: 'report:2', note: '' })] });
  expect(screen.queryByRole('button', { name: 'Xoá hẳn…' })).toBeNull();
});

it('shows that a file was erased, not that it is on its way', () => {
  answering({});
  const gone = { id: 'attachment:1', name: '', size: 5, media_type: 'image/jpeg', blake3: '', here: false, origin };
  const { container } = render(Reports, { reports: [report({ attachments: [gone] })] });
  expect(container.querySelector('[data-test=attachment]')?.getAttribute('title')).toContain('xoá');
});

it('erases a finding and a recommendation of this side by their own names', async () => {
  const asked = answering({ session: () => ({ vault: 'open' }) as never, erase: () => ({ record: 'finding:1', fields: ['note'], values: 1, attachments: 0, kept: 0 }) });
  const finding = { id: 'finding:1', inspection: 'inspection:1', inspection_title: 'Kiểm tra đột xuất', note: 'Ông Sáu nói chưa nhận', nature: '', degree: '', cause: '', responsibility: '', objection: '', negative: false, agreed: true, reported_percent: 60, found_percent: 40, attachments: [], origin, head: true } as unknown as Finding;
  const recommendation = { id: 'recommendation:1', code: 'KN01', content: 'Đề nghị xem xét hộ ông Sáu', addressee: 'UBND tỉnh', state: 'sent', answer: '', origin } as unknown as Recommendation;
  render(Findings, { findings: [finding], recommendations: [recommendation] });
  const [first, second] = screen.getAllByRole('button', { name: 'Xoá hẳn…' });
  await fireEvent.click(second!);
  expect(screen.getByRole('alertdialog').textContent).toContain('kiến nghị');
  await fireEvent.click(screen.getByRole('button', { name: 'Xoá hẳn' }));
  await expect.poll(() => asked.of('erase')).toEqual([{ record: 'recommendation:1', fields: [] }]);
  await fireEvent.click(first!);
  expect(screen.getByRole('alertdialog').textContent).toContain('kết quả kiểm tra');
});
