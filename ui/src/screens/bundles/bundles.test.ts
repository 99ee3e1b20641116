import { fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { expect, it } from 'vitest';
import { answering } from '../../host/answering';
import { lookForOpened } from '../../app/state.svelte';
import { AppFailure } from '../../host';
import type { BundleJournal } from '../../host/types/BundleJournal';
import type { BundlePreview } from '../../host/types/BundlePreview';
import type { BundleReport } from '../../host/types/BundleReport';
import type { UnitRow } from '../../host/types/UnitRow';
import Journal from './Journal.svelte';
import Missing from './Missing.svelte';
import Receive from './Receive.svelte';
import Send from './Send.svelte';
import { controlTotals } from './totals';

const unit = { id: 'p', name: 'Văn phòng UBND tỉnh Bắc Giang', code: 'H02' };
const origin = { person: { name: 'Hoàng Thị Mai', title: '' }, unit: 'UBND huyện Yên Thế', device: 'YENTHE-VP-02', at: '2017-06-23T14:31:00+07:00', clock_doubtful: false, own_side: true, confirmed: false };
const session = () => ({ vault: 'locked' }) as never;

const report: BundleReport = {
  outcome: 'imported', manifest_hash: 'h', number: 4, sender: unit, sender_person: 'Nguyễn Đức Đăng', sender_device: 'TINH-01', made_at: '2017-06-23T14:31:00+07:00',
  imported_before_at: null, entries: 9, new_entries: 7, waiting: 0, blobs: 2, applied: 12, quarantined: 1, conflicts: 0, forks: 0, volume: null, missing_volumes: [], awaited: 0, taken_up: 5,
  totals: { tasks: 41, done: 33 }, totals_as_of: '2017-06-23', totals_agree: true, digests_agree: true, unverified: false, enrolled: false, confirmed: [],
};

async function give(container: HTMLElement, ...names: string[]): Promise<void> {
  const input = container.querySelector('[data-test=bundle]') as HTMLInputElement;
  await fireEvent.change(input, { target: { files: names.map((name) => new File(['x'], name)) } });
}

it('shows what will be sent before it is sent, then sends and saves', async () => {
  const preview: BundlePreview = {
    to: unit, entries: 1, blobs: 0, blob_bytes: 0, lines: [{ act: 'report.add', about: 'NV37', others: 0, task: 't37', text: '85% · Đã kiểm tra 12/14 bếp ăn', says: [{ kind: 'report', field: 'percent', value: 85, text: '85%', coded: false }, { kind: 'report', field: 'note', value: 'Đã kiểm tra 12/14 bếp ăn', text: 'Đã kiểm tra 12/14 bếp ăn', coded: false }], files: 0, origin }],
    totals: { tasks: 41 }, as_of: '2017-06-23', ready: true, unverified: false, confirmed_at: null,
  };
  const asked = answering({
    session,
    bundle_preview: () => preview,
    bundle_export: () => ({ file: { file: 'f', name: 'so0003.chidao', size: 5000, media_type: '' }, number: 3, manifest_hash: 'h', entries: 1, blobs: 0, to: unit, volumes: [{ file: { file: 'f', name: 'so0003.chidao', size: 5000, media_type: '' }, index: 1, entries: 1, blobs: 0, larger: false }] }),
  });
  render(Send, { receivers: [{ ...unit, relation: 'parent' } as UnitRow] });
  expect(await screen.findByText('85% · Đã kiểm tra 12/14 bếp ăn')).toBeTruthy();
  expect(asked.of('bundle_export')).toHaveLength(0);
  await fireEvent.click(screen.getByRole('button', { name: 'Làm gói và lưu…' }));
  expect(await screen.findByText('Gói số 3 đã làm xong')).toBeTruthy();
  expect(asked.saved).toEqual(['f']);
});

it('tells what a bundle brought, with what lies in quarantine', async () => {
  answering({ session, bundle_import: () => report });
  const { container } = render(Receive);
  await give(container, 'so0004.chidao');
  expect(await screen.findByText('12 thay đổi đã áp dụng')).toBeTruthy();
  expect(screen.getByText('Đã tiếp nhận 5 kiến nghị')).toBeTruthy();
  expect(screen.getByRole('button', { name: 'Xem cách ly' })).toBeTruthy();
  expect(screen.getByText(/Số liệu hai bên khớp/)).toBeTruthy();
});

it('shows what a bundle is that the program was opened with, and takes it in when asked', async () => {
  const asked = answering({
    session,
    bundle_verify: () => ({ ...report, outcome: 'verified' }),
    bundle_import: () => report,
  });
  asked.opened = { file: 'token', name: 'so0004.chidao', size: 5000 };
  const { container } = render(Receive);
  await lookForOpened();
  await waitFor(() => expect(container.querySelector('[data-test=import]')).toBeTruthy());
  expect([asked.of('bundle_verify'), asked.of('bundle_import')]).toEqual([[{ file: 'token' }], []]);
  expect(location.hash).toBe('#/bundles');
  await fireEvent.click(container.querySelector('[data-test=import]') as HTMLElement);
  expect(await screen.findByText('12 thay đổi đã áp dụng')).toBeTruthy();
  await lookForOpened();
  expect(asked.of('bundle_verify')).toHaveLength(1);
});

it('tells that a code was confirmed at another machine of the office', async () => {
  answering({ session, bundle_import: () => ({ ...report, confirmed: [unit] }) });
  const { container } = render(Receive);
  await give(container, 'so0004.chidao');
  expect(await screen.findByText('Mã với Văn phòng UBND tỉnh Bắc Giang đã được xác nhận ở máy khác của cơ quan; máy này không phải đối lại.')).toBeTruthy();
});

it('tells a refusal as a sentence, and goes on with the next bundle', async () => {
  const asked = answering({
    session,
    bundle_import: ({ file }) => {
      if (file.includes('hong')) throw new AppFailure('bundle_damaged');
      return { ...report, outcome: 'already_imported', imported_before_at: '2017-06-23T15:00:00+07:00' };
    },
  });
  const { container } = render(Receive);
  await give(container, 'hong.chidao', 'so0004.chidao');
  expect(await screen.findByText(/Gói bị hỏng trên đường đi/)).toBeTruthy();
  expect(await screen.findByText(/Gói này đã nhận lúc 15:00 23\/06\/2017/)).toBeTruthy();
  expect(asked.of('bundle_import')).toHaveLength(2);
});

it('stops a bundle and those that wait behind it, and takes it in when told to after all', async () => {
  let refuse: (error: AppFailure) => void = () => undefined;
  let again = false;
  const asked = answering({
    session,
    bundle_import: () => (again ? report : new Promise((_, failed) => (refuse = failed))),
    work_cancel: () => {
      refuse(new AppFailure('cancelled'));
      return {};
    },
  });
  const { container } = render(Receive);
  await give(container, 'so0004.chidao', 'so0005.chidao');
  await fireEvent.click(await screen.findByRole('button', { name: 'Dừng' }));
  expect(await screen.findByText('Đã dừng. Không có gì thay đổi.')).toBeTruthy();
  expect(asked.of('bundle_import')).toHaveLength(1);
  again = true;
  await fireEvent.click(screen.getByRole('button', { name: 'Nhận vào sổ' }));
  expect(await screen.findByText('12 thay đổi đã áp dụng')).toBeTruthy();
});

it('only verifies when asked to, and takes in afterwards', async () => {
  const asked = answering({ session, bundle_verify: () => ({ ...report, outcome: 'verified' }), bundle_import: () => report });
  const { container } = render(Receive);
  await fireEvent.click(screen.getByLabelText('Chỉ kiểm tra, chưa nhận'));
  await give(container, 'so0004.chidao');
  await fireEvent.click(await screen.findByRole('button', { name: 'Nhận vào sổ' }));
  expect(await screen.findByText('12 thay đổi đã áp dụng')).toBeTruthy();
  expect(asked.calls.map((one) => one.name).filter((name) => name.startsWith('bundle'))).toEqual(['bundle_verify', 'bundle_import']);
});

it('keeps refusals in the journal with their reason, and what the other side confirmed', () => {
  const line = { at: '2017-06-23T14:31:00+07:00', outgoing: false, unit: null, file_name: 'la.chidao', size: 9, number: null, manifest_hash: null, entries: 0, blobs: 0, params: {}, volume: null, confirmed: null };
  render(Journal, {
    lines: [
      { ...line, outcome: 'refused', refusal: 'bundle_not_for_us' },
      { ...line, outcome: 'exported', refusal: null, outgoing: true, unit, confirmed: true },
      { ...line, outcome: 'exported', refusal: null, outgoing: true, unit, confirmed: false },
    ],
  });
  expect(screen.getByText(/Gói này gửi cho đơn vị khác/)).toBeTruthy();
  expect(screen.getByText(/Bên nhận đã xác nhận/)).toBeTruthy();
  expect(screen.getByText('Chờ bên nhận xác nhận')).toBeTruthy();
});

it('reads control totals in the usual order, and passes over what it has no word for', () => {
  expect(controlTotals({ open: 8, tasks: 41, of_a_newer_program: 1 }).map((one) => one.name)).toEqual(['tasks', 'open']);
});

it('names the volumes and the entries that are missing, and leads to asking for them again', () => {
  const journal: BundleJournal = {
    lines: [],
    volumes: [{ unit, number: 7, set: 's', count: 4, missing: [2, 4], refused: [4] }],
    missing: [{ unit, device: 'YENTHE-VP-02', entries: 3 } as never],
  };
  render(Missing, { journal });
  expect(screen.getByText(/có 4 tập, chưa nhận tập 2, 4/).textContent).toContain('Đã đến nhưng hỏng: tập 4.');
  expect(screen.getByText(/3 bút toán của .*YENTHE-VP-02/)).toBeTruthy();
  expect(screen.getByRole('button', { name: 'Xin lại…' })).toBeTruthy();
});

it('offers the sticks with what they can take, saves there what was made, and says when they can be pulled out', async () => {
  const preview = { to: unit, entries: 1, blobs: 1, blob_bytes: 5_000_000_000, lines: [], totals: {}, as_of: '2017-06-23', ready: true, unverified: false, confirmed_at: null } as BundlePreview;
  const stick = { stick: 'E:\\', label: 'VP UBND', file_system: 'FAT32', free: 7_000_000_000, total: 8_000_000_000, largest_file: 4_294_967_295, read_only: false };
  const volume = (index: number) => ({ file: { file: `f${index}`, name: `tap${index}.chidao`, size: 5000, media_type: '' }, index, entries: 1, blobs: 0, larger: false });
  let plugged = [stick, { ...stick, stick: 'F:\\', label: 'ĐẦY', free: 4_000_000_000 }, { ...stick, stick: 'G:\\', label: 'KHOÁ', read_only: true }];
  let refusals = 1;
  const asked = answering({
    session,
    sticks: () => ({ sticks: plugged }),
    bundle_preview: () => preview,
    bundle_export_volumes: () => ({ file: volume(1).file, number: 3, manifest_hash: 'h', entries: 1, blobs: 1, to: unit, volumes: [volume(1), volume(2)] }),
    stick_save: ({ files }) => {
      if (refusals-- > 0) throw new AppFailure('stick_gone', { stick: 'VP UBND' });
      return { label: 'VP UBND', paths: files.map((file) => `E:\\${file}.chidao`) };
    },
  });
  render(Send, { receivers: [{ ...unit, relation: 'parent' } as UnitRow], every: 20 });
  await screen.findByText(/còn 6,5 GB, FAT32/);
  await waitFor(() => expect((screen.getByRole('button', { name: 'Lưu vào USB “VP UBND”' }) as HTMLButtonElement).disabled).toBe(false));
  expect((await screen.findByText('không đủ chỗ: còn 3,7 GB')).previousElementSibling).toHaveProperty('disabled', true);
  expect(screen.getByText(/gạt khoá ghi/).previousElementSibling).toHaveProperty('disabled', true);

  // It is pulled out too early; plugged in again, what was made goes there.
  await fireEvent.click(screen.getByRole('button', { name: 'Lưu vào USB “VP UBND”' }));
  expect(await screen.findAllByText('Lưu lại…')).toHaveLength(2);
  expect(screen.queryByText(/an toàn/)).toBeNull();
  await fireEvent.click(screen.getByRole('button', { name: 'Lưu vào USB “VP UBND”' }));
  expect(await screen.findByText('Có thể rút USB “VP UBND” an toàn.')).toBeTruthy();
  expect(asked.of('bundle_export_volumes')).toEqual([{ to: 'p', size: 4_294_967_295 }]);
  expect(asked.of('stick_save')).toEqual([{ files: ['f1', 'f2'], stick: 'E:\\' }, { files: ['f1', 'f2'], stick: 'E:\\' }]);
  expect(asked.saved).toEqual([]);

  plugged = [];
  await waitFor(() => expect(screen.queryByText(/an toàn/)).toBeNull());
  expect(screen.queryByRole('button', { name: /Lưu vào USB/ })).toBeNull();
});
