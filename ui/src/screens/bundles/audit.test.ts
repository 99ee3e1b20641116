import { fireEvent, render, screen } from '@testing-library/svelte';
import { expect, it } from 'vitest';
import { answering } from '../../host/answering';
import { AppFailure } from '../../host';
import type { AuditReport } from '../../host/types/AuditReport';
import type { UnitRow } from '../../host/types/UnitRow';
import Audit from './Audit.svelte';

const own = { id: 'h', name: 'UBND huyện Yên Thế', code: 'H02.15' };
const parent = { id: 'p', name: 'UBND tỉnh Bắc Giang', code: 'H02' };
const units = [{ ...own, relation: 'own' } as UnitRow, { ...parent, relation: 'parent' } as UnitRow];
const session = () => ({ vault: 'open' }) as never;

const report: AuditReport = {
  channel: 'c', kind: 'pair', parent: { unit: parent, root: 'RWQroot' }, child: null, made_at: '2017-06-23T14:31:00+07:00', made_by: { name: 'Nguyễn Đức Đăng', title: '' },
  made_on: 'TINH-01', made_in: parent, lines: 1234, entries: 410, feeds: 2, values: 90, erased: 2, missing: 0, checkpoints: 3, unvouched: 0, quarantined: 0, incidents: 0,
  first_at: null, last_at: null, digest: 'd',
};

async function give(container: HTMLElement): Promise<void> {
  const input = container.querySelector('[data-test=audit-file]') as HTMLInputElement;
  await fireEvent.change(input, { target: { files: [new File(['x'], 'kiem-toan.jsonl')] } });
}

it('saves the history of the channel with the unit above unless another is chosen', async () => {
  const asked = answering({ session, audit_export: () => ({ file: { file: 'f', name: 'kiem-toan.jsonl', size: 5, media_type: '' }, lines: 1, entries: 1, feeds: 1, values: 1, erased: 0, missing: 0 }) });
  const { container } = render(Audit, { units });
  await fireEvent.click(container.querySelector('[data-test=audit-save]') as HTMLElement);
  await expect.poll(() => asked.saved).toEqual(['f']);
  expect(asked.of('audit_export')).toEqual([{ channel: 'p' }]);
});

it('says what a file proves, with the keys to compare', async () => {
  answering({ session, audit_verify: () => report });
  const { container } = render(Audit, { units });
  await give(container);
  expect(await screen.findByText('Đã chứng minh cả 1.234 dòng')).toBeTruthy();
  expect(screen.getByText('RWQroot')).toBeTruthy();
});

it('names the line that was tampered with', async () => {
  answering({ session, audit_verify: () => { throw new AppFailure('audit_line_moved', { line: '17' }); } });
  const { container } = render(Audit, { units });
  await give(container);
  expect((await screen.findByRole('alert')).textContent).toContain('Dòng 17');
});
