import { fireEvent, render, screen } from '@testing-library/svelte';
import { beforeEach, expect, it } from 'vitest';
import { answering } from '../../host/answering';
import { AppFailure } from '../../host';
import { app } from '../../app/state.svelte';
import type { BackupRow } from '../../host/types/BackupRow';
import type { Backups as Found } from '../../host/types/Backups';
import BackupAttend from './BackupAttend.svelte';
import Backups from './Backups.svelte';
import Restore from './Restore.svelte';
import { keeping } from './backups';

const row: BackupRow = { name: 'a_daily.chidao-backup', at: '2017-06-22T08:05:00+07:00', why: 'daily', size: 3_145_728, program: '0.1.0', here: true, revoked: false };
const found: Found = {
  folder: '/so/backups', folder_lost: false, rows: [row], free: 5_000_000_000, next: 3_250_586, needed: 5_242_880, is_today_done: true,
  keeping: { folder: null, daily: 7, weekly: 4, before_import: 3, before_upgrade: 2, by_hand: 5 },
};
const open = { vault: 'open', edition: 'unit', unsent: 3 } as never;
const press = (container: HTMLElement, test: string) => fireEvent.click(container.querySelector(`[data-test=${test}]`) as HTMLElement);
const type = (container: HTMLElement, test: string, value: string) => fireEvent.input(container.querySelector(`[data-test=${test}]`) as HTMLElement, { target: { value } });

beforeEach(() => {
  app.notes = [];
  app.session = open;
});

it('shows why each was made, and saves one elsewhere', async () => {
  const asked = answering({ backups: () => found, backup_take: () => ({ file: 'ready', name: row.name, size: row.size, media_type: 'application/octet-stream' }) });
  const { container } = render(Backups);
  expect(await screen.findByText('Hằng ngày')).toBeTruthy();
  expect(screen.getByText('08:05 22/06/2017')).toBeTruthy();
  expect(screen.getByText(/Còn trống 4,7 GB; bản tới khoảng 3,1 MB/)).toBeTruthy();
  await press(container, 'backup-take');
  await expect.poll(() => asked.saved).toEqual(['ready']);
  expect(app.notes[0]?.text).toContain('/usb/a_daily');
});

it('tells of a folder that is gone and of a disk that is full, before anything fails', async () => {
  answering({ backups: () => ({ ...found, rows: [], folder_lost: true, free: 1000, keeping: { ...found.keeping, folder: '/media/usb' } }) });
  render(Backups);
  expect(await screen.findByText(/Không tới được thư mục đã chọn “\/media\/usb”/)).toBeTruthy();
  expect(screen.getByText(/chỉ còn trống 1000 B/)).toBeTruthy();
  expect(screen.getByText(/Chưa có bản sao lưu nào/)).toBeTruthy();
});

it('removes only after asking', async () => {
  const asked = answering({ backups: () => found, backup_remove: () => ({ ...found, rows: [] }) });
  const { container } = render(Backups);
  await screen.findByText('Hằng ngày');
  await press(container, 'backup-remove');
  expect(asked.of('backup_remove')).toEqual([]);
  await press(container, 'backup-remove-yes');
  expect(await screen.findByText(/Chưa có bản sao lưu nào/)).toBeTruthy();
  expect(asked.of('backup_remove')).toEqual([{ name: row.name }]);
});

it('keeps no number that the program would refuse', async () => {
  const typed = { daily: '7', weekly: '0', before_import: '0', before_upgrade: '2', by_hand: '5' };
  expect(keeping(typed, ' ')).toEqual({ folder: null, daily: 7, weekly: 0, before_import: 0, before_upgrade: 2, by_hand: 5 });
  expect(keeping(typed, ' /media/usb ')).toMatchObject({ folder: '/media/usb' });
  for (const wrong of ['0', '61', '', '-1', '7,5', 'bảy']) expect(keeping({ ...typed, daily: wrong }, '')).toBe('daily');
});

it('says what going back will do, lets a wrong passphrase be typed again, and says what to ask for afterwards', async () => {
  const asked = answering({
    backups: () => found,
    backup_restore: ({ passphrase }) => {
      if (passphrase !== 'đúng') throw new AppFailure('wrong_passphrase');
      return { at: row.at, set_aside: 'set-aside/2017-06-23T163000', session: open };
    },
    session: () => open,
    settings: () => ({}) as never,
  });
  const { container } = render(Backups);
  await screen.findByText('Hằng ngày');
  await press(container, 'backup-back');
  expect(screen.getByText(/Hiện có 3 bút toán chưa được cấp trên xác nhận/)).toBeTruthy();
  expect(screen.queryByText(/do máy khác tạo/)).toBeNull();
  await type(container, 'go-back-passphrase', 'sai');
  await press(container, 'go-back-sure');
  expect((await screen.findByRole('alert')).textContent).toContain('Mật khẩu');
  await type(container, 'go-back-passphrase', 'đúng');
  await press(container, 'go-back-sure');
  expect(await screen.findByText('Sổ đã trở lại như lúc 08:05 22/06/2017')).toBeTruthy();
  expect(screen.getByText(/Hãy gửi một gói cho mỗi đơn vị/)).toBeTruthy();
  expect(screen.getByText(/set-aside\/2017-06-23T163000/)).toBeTruthy();
  expect(asked.of('backup_restore')[1]).toEqual({ name: row.name, file: '', passphrase: 'đúng' });
});

it('verifies a backup without going back to it', async () => {
  const report = { ok: true, feeds: 2, entries: 1234, changes: 99, blobs: 7, troubles: [] as string[] };
  const asked = answering({
    backups: () => found,
    backup_verify: ({ passphrase }) => {
      if (passphrase === 'sai') throw new AppFailure('wrong_passphrase');
      return { ...report, backup: row, ...(passphrase === 'hỏng' ? { ok: false, troubles: ['feed 3 chain'] } : {}) };
    },
  });
  const { container } = render(Backups);
  await screen.findByText('Hằng ngày');
  await press(container, 'backup-back');
  await type(container, 'go-back-passphrase', 'sai');
  await press(container, 'go-back-verify');
  expect((await screen.findByRole('alert')).textContent).toContain('Mật khẩu');
  await type(container, 'go-back-passphrase', 'đúng');
  await press(container, 'go-back-verify');
  expect(await screen.findByText(/nguyên vẹn: mở được, 1\.234 bút toán và 7 tệp đính kèm/)).toBeTruthy();
  await type(container, 'go-back-passphrase', 'hỏng');
  await press(container, 'go-back-verify');
  expect(await screen.findByText('feed 3 chain')).toBeTruthy();
  expect(screen.queryByText(/nguyên vẹn: mở được/)).toBeNull();
  expect(asked.of('backup_restore')).toEqual([]);
});

it('warns of a backup that another machine made', async () => {
  answering({ backups: () => ({ ...found, rows: [{ ...row, here: false }] }) });
  const { container } = render(Backups);
  await screen.findByText('máy khác');
  await press(container, 'backup-back');
  expect(screen.getByText(/mang danh máy ấy/)).toBeTruthy();
});

it('warns of a backup whose machine is believed no longer, and tells the way on', async () => {
  answering({ backups: () => ({ ...found, rows: [{ ...row, here: false, revoked: true }] }) });
  const { container } = render(Backups);
  await screen.findByText('máy đã thu hồi');
  expect(screen.queryByText('máy khác')).toBeNull();
  await press(container, 'backup-back');
  expect(container.querySelector('[data-test=go-back-revoked]')?.textContent).toMatch(/khoá khôi phục của cơ quan/);
  expect(screen.queryByText(/mang danh máy ấy/)).toBeNull();
});

it('goes back from a stick on a new machine, where nothing is replaced', async () => {
  const asked = answering({
    backups: () => ({ ...found, rows: [] }),
    backup_look: () => ({ ...row, name: 'usb.chidao-backup', here: false }),
    backup_restore: () => ({ at: row.at, set_aside: null, session: open }),
  });
  let entered = 0;
  const { container } = render(Restore, { fresh: true, leave: () => undefined, done: () => void (entered += 1) });
  await fireEvent.change(container.querySelector('[data-test=restore-file]') as HTMLElement, { target: { files: [new File(['x'], 'usb.chidao-backup')] } });
  expect(await screen.findByText(/Trên máy này chưa có sổ/)).toBeTruthy();
  await type(container, 'go-back-passphrase', 'đúng');
  await press(container, 'go-back-sure');
  await screen.findByText('Sổ đã trở lại như lúc 08:05 22/06/2017');
  await press(container, 'restored-open');
  await expect.poll(() => entered).toBe(1);
  expect(asked.of('backup_restore')).toEqual([{ name: '', file: 'token-usb.chidao-backup', passphrase: 'đúng' }]);
});

it('makes today’s by itself, and tells a trouble once however often it tries', async () => {
  let done = false;
  let tries = 0;
  answering({
    backups: () => ({ ...found, is_today_done: done }),
    backup_daily: () => {
      tries += 1;
      if (tries < 3) throw new AppFailure('backup_no_room', { folder: '/so', needed: '5,2', free: '1,0' });
      done = true;
      return { made: row, removed: 0 };
    },
  });
  const before = app.backedUp;
  render(BackupAttend, { every: 5 });
  await expect.poll(() => app.backedUp).toBe(before + 1);
  await expect.poll(() => tries).toBe(3);
  expect(app.notes.map((one) => one.text)).toEqual([expect.stringContaining('Chưa sao lưu được cho hôm nay')]);
});
