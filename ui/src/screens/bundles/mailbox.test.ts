import { fireEvent, render, screen } from '@testing-library/svelte';
import { beforeEach, expect, it, vi } from 'vitest';
import { answering } from '../../host/answering';
import { app } from '../../app/state.svelte';
import type { MailboxRow } from '../../host/types/MailboxRow';
import type { MailboxSyncedRow } from '../../host/types/MailboxSyncedRow';
import MailboxAttend from './MailboxAttend.svelte';
import Mailboxes from './Mailboxes.svelte';
import { attended } from './attended.svelte';
import { outcome } from './mailbox';

const parent = { id: 'p', name: 'UBND tỉnh Bắc Giang', code: 'H02' };
const row: MailboxRow = {
  id: 'm', name: 'USB văn thư', place: { kind: 'folder', path: '/media/usb' }, units: [parent], by_itself: false, there: true,
  synced_at: null, tried_at: null, trouble: null, waiting: 0, waiting_bytes: 0, refused: 0,
};
const done: MailboxSyncedRow = { id: 'm', name: 'USB văn thư', sent: [], received: [], removed: 0, waiting: 0, strays: [], trouble: null };
const sent = { to: parent, entries: 3, blobs: 0, size: 900 };
const away = { code: 'mailbox_not_there', params: { mailbox: 'USB văn thư' }, retryable: true };
const session = () => ({ vault: 'locked' }) as never;
const press = (container: HTMLElement, test: string) => fireEvent.click(container.querySelector(`[data-test=${test}]`) as HTMLElement);

beforeEach(() => {
  app.notes = [];
  attended.failure = null;
});

it('says what was put, fetched, refused and left for the next time', () => {
  const came = { name: 'a', from: parent, report: null, trouble: null, unfinished: false };
  expect(outcome({ ...done, sent: [sent], received: [{ ...came, report: {} as never }] })).toBe('“USB văn thư”: đã đặt 1 gói, lấy về 1 gói.');
  expect(outcome({ ...done, received: [{ ...came, trouble: away }, { ...came, unfinished: true }] })).toBe('1 gói không nhận được. 1 gói chưa chép xong, lần sau sẽ lấy.');
  expect(outcome({ ...done, trouble: away })).toContain('USB chưa cắm');
  expect(outcome(done)).toBe('“USB văn thư”: không có gì mới.');
  expect(outcome({ ...done, strays: ['a.chidao', 'b.chidao', 'c.chidao', 'd.chidao'] })).toMatch(/không có gì mới\. Trong thư mục còn 4 tệp gói .*\(a\.chidao, b\.chidao, c\.chidao…\)/);
});

it('adds a folder, and keeps what was typed when the folder is not there', async () => {
  let there = false;
  const asked = answering({
    session,
    mailboxes: () => ({ rows: [] }),
    mailbox_save: () => {
      if (!there) throw Object.assign(new Error(), { code: 'mailbox_not_there', params: { mailbox: 'USB' } });
      return { rows: [row] };
    },
  });
  const { container } = render(Mailboxes);
  expect(await screen.findByText('Chưa có nơi để gói nào.')).toBeTruthy();
  await press(container, 'mailbox-add');
  const path = container.querySelector('[data-test=mailbox-path]') as HTMLInputElement;
  await fireEvent.input(container.querySelector('[data-test=mailbox-name]') as HTMLElement, { target: { value: ' USB văn thư ' } });
  await fireEvent.input(path, { target: { value: '/media/usb' } });
  await press(container, 'mailbox-save');
  await expect.poll(() => app.notes.length).toBe(1);
  expect(path.value).toBe('/media/usb');
  there = true;
  await press(container, 'mailbox-save');
  expect(await screen.findByText('Chưa đồng bộ lần nào.')).toBeTruthy();
  expect(asked.of('mailbox_save')[1]).toEqual({ id: null, name: 'USB văn thư', place: { kind: 'folder', path: '/media/usb' }, units: [], by_itself: true });
});

it('synchronises the one that was asked for and says what came of it', async () => {
  const asked = answering({ session, mailboxes: () => ({ rows: [row] }), mailbox_sync: () => ({ rows: [{ ...done, sent: [sent] }] }) });
  const { container } = render(Mailboxes);
  await screen.findByText('USB văn thư');
  await press(container, 'mailbox-sync');
  expect(await screen.findByText('“USB văn thư”: đã đặt 1 gói, lấy về 0 gói.')).toBeTruthy();
  expect(asked.of('mailbox_sync')).toEqual([{ mailboxes: ['m'], again: false }]);
});

it('changes only whether it goes by itself, and for the same units', async () => {
  const asked = answering({ session, mailboxes: () => ({ rows: [row] }), mailbox_save: () => ({ rows: [{ ...row, by_itself: true }] }) });
  render(Mailboxes);
  await fireEvent.click(await screen.findByRole('checkbox'));
  await expect.poll(() => asked.of('mailbox_save')).toEqual([{ id: 'm', name: row.name, place: row.place, units: ['p'], by_itself: true }]);
});

it('removes only after asking, and leaves the bundles there', async () => {
  const asked = answering({ session, mailboxes: () => ({ rows: [row] }), mailbox_remove: () => ({ rows: [] }) });
  const { container } = render(Mailboxes);
  await screen.findByText('USB văn thư');
  await press(container, 'mailbox-remove');
  expect(asked.of('mailbox_remove')).toEqual([]);
  await press(container, 'mailbox-remove-yes');
  await screen.findByText('Chưa có nơi để gói nào.');
  expect(asked.of('mailbox_remove')).toEqual([{ mailbox: 'm', clear: false }]);
});

it('synchronises what appeared, calmly: nothing new is not worth a notice', async () => {
  vi.useFakeTimers();
  try {
    let ids: string[] = [];
    let rows: MailboxSyncedRow[] = [done];
    const asked = answering({ session, mailboxes_due: () => ({ ids }), mailbox_sync: () => ({ rows }) });
    const { unmount } = render(MailboxAttend, { every: 1_000 });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(asked.of('mailbox_sync')).toEqual([]);
    ids = ['m'];
    await vi.advanceTimersByTimeAsync(1_000);
    expect(asked.of('mailbox_sync')).toEqual([{ mailboxes: ['m'], again: false }]);
    expect(app.notes).toEqual([]);
    rows = [{ ...done, sent: [sent] }];
    await vi.advanceTimersByTimeAsync(1_000);
    expect(app.notes.map((one) => one.text)).toEqual(['“USB văn thư”: đã đặt 1 gói, lấy về 0 gói.']);
    unmount();
    const before = asked.calls.length;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(asked.calls.length).toBe(before);
  } finally {
    vi.useRealTimers();
  }
});

it('says the same trouble once, a changed one again, and news without the trouble that is known', async () => {
  vi.useFakeTimers();
  try {
    let rows: MailboxSyncedRow[] = [{ ...done, trouble: away }];
    answering({ session, mailboxes_due: () => ({ ids: ['m'] }), mailbox_sync: () => ({ rows }) });
    render(MailboxAttend, { every: 1_000 });
    await vi.advanceTimersByTimeAsync(3_000);
    expect(app.notes.length).toBe(1);
    rows = [{ ...done, sent: [sent], trouble: away }];
    await vi.advanceTimersByTimeAsync(1_000);
    expect(app.notes.map((one) => one.text).at(-1)).toBe('“USB văn thư”: đã đặt 1 gói, lấy về 0 gói.');
    rows = [done];
    await vi.advanceTimersByTimeAsync(1_000);
    expect(app.notes.length).toBe(2);
    rows = [{ ...done, trouble: away }];
    await vi.advanceTimersByTimeAsync(1_000);
    expect(app.notes.length).toBe(3);
  } finally {
    vi.useRealTimers();
  }
});

it('shows in the list why synchronising by itself could not run, until it does', async () => {
  vi.useFakeTimers();
  try {
    let full = true;
    const fail = (code: string) => Object.assign(new Error(), { code, params: {} });
    answering({
      session,
      mailboxes: () => ({ rows: [row] }),
      mailboxes_due: () => ({ ids: ['m'] }),
      mailbox_sync: () => {
        if (full) throw fail('disk_full');
        return { rows: [done] };
      },
    });
    const { container } = render(Mailboxes);
    render(MailboxAttend, { every: 1_000 });
    const shown = () => container.querySelector('[data-test=mailbox-attend-failed]');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(shown()).toBeTruthy();
    expect(app.notes).toEqual([]);
    full = false;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(shown()).toBeNull();
  } finally {
    vi.useRealTimers();
  }
});

it('offers to try again what was refused, to send again what is unconfirmed, and neither where there is neither', async () => {
  let now: MailboxRow = { ...row, tried_at: '2026-11-20T08:00:00+07:00', refused: 2, waiting: 1 };
  const asked = answering({ session, mailboxes: () => ({ rows: [now] }), mailbox_sync: () => ({ rows: [done] }) });
  const { container } = render(Mailboxes);
  expect(await screen.findByText('2 gói ở đây không nhận được.')).toBeTruthy();
  now = { ...now, refused: 0 };
  await press(container, 'mailbox-again');
  await expect.poll(() => asked.of('mailbox_sync')).toEqual([{ mailboxes: ['m'], again: true }]);
  await expect.poll(() => container.querySelector('[data-test=mailbox-resend]')).toBeTruthy();
  expect(container.querySelector('[data-test=mailbox-again]')).toBeNull();
  now = { ...now, waiting: 0 };
  await press(container, 'mailbox-resend');
  await expect.poll(() => asked.of('mailbox_sync').length).toBe(2);
  await expect.poll(() => container.querySelector('[data-test=mailbox-resend], [data-test=mailbox-again], [data-test=mailbox-refused]')).toBeNull();
});

it('adds a server, and shows no password again when it is changed', async () => {
  const dav: MailboxRow = { ...row, name: 'Máy chủ tỉnh', place: { kind: 'webdav', address: 'http://dav.bg/hop', user: 'mai', password: '', unencrypted: true, ca_file: '' }, there: null };
  const asked = answering({ session, mailboxes: () => ({ rows: [] }), mailbox_save: () => ({ rows: [dav] }) });
  const { container } = render(Mailboxes);
  await screen.findByText('Chưa có nơi để gói nào.');
  await press(container, 'mailbox-add');
  const type = (test: string, value: string) => fireEvent.input(container.querySelector(`[data-test=${test}]`) as HTMLElement, { target: { value } });
  await press(container, 'mailbox-kind-webdav');
  expect((container.querySelector('[data-test=mailbox-save]') as HTMLButtonElement).disabled).toBe(true);
  await type('mailbox-name', 'Máy chủ tỉnh');
  await type('mailbox-address', 'http://dav.bg/hop ');
  await type('mailbox-user', 'mai');
  await type('mailbox-secret', ' lúa chín ');
  await press(container, 'mailbox-unencrypted');
  await press(container, 'mailbox-save');
  await screen.findByText('http://dav.bg/hop');
  const place = { kind: 'webdav', address: 'http://dav.bg/hop', user: 'mai', password: ' lúa chín ', unencrypted: true, ca_file: '' };
  expect(asked.of('mailbox_save')[0]).toEqual({ id: null, name: 'Máy chủ tỉnh', place, units: [], by_itself: true });
  await press(container, 'mailbox-change');
  expect((container.querySelector('[data-test=mailbox-secret]') as HTMLInputElement).value).toBe('');
  await type('mailbox-user', 'hạnh');
  await press(container, 'mailbox-save');
  await expect.poll(() => asked.of('mailbox_save')[1]).toEqual({ id: 'm', name: 'Máy chủ tỉnh', place: { ...place, user: 'hạnh', password: '' }, units: ['p'], by_itself: false });
});

it('adds a store with its bucket', async () => {
  const asked = answering({ session, mailboxes: () => ({ rows: [] }), mailbox_save: () => ({ rows: [row] }) });
  const { container } = render(Mailboxes);
  await screen.findByText('Chưa có nơi để gói nào.');
  await press(container, 'mailbox-add');
  await press(container, 'mailbox-kind-s3');
  const typed = { name: 'Kho', address: 'https://s3.bg', bucket: 'chidao', prefix: 'hop', user: 'AKIA', secret: 'mật', region: 'vn-1', authority: 'C:/ca.pem' };
  for (const [field, value] of Object.entries(typed)) {
    await fireEvent.input(container.querySelector(`[data-test=mailbox-${field}]`) as HTMLElement, { target: { value } });
  }
  await press(container, 'mailbox-save');
  await expect.poll(() => asked.of('mailbox_save')[0]).toMatchObject({
    place: { kind: 's3', address: 'https://s3.bg', bucket: 'chidao', prefix: 'hop', key_id: 'AKIA', secret: 'mật', region: 'vn-1', unencrypted: false, ca_file: 'C:/ca.pem' },
  });
});
