import { fireEvent, render, screen } from '@testing-library/svelte';
import { beforeEach, expect, it } from 'vitest';
import { app } from '../../app/state.svelte';
import { answering } from '../../host/answering';
import type { UpdateRow } from '../../host/types/UpdateRow';
import type { Updates as Found } from '../../host/types/Updates';
import UpdateAttend from './UpdateAttend.svelte';
import Updates from './Updates.svelte';

const row: UpdateRow = {
  id: 'u', version: '0.2.0', platform: 'windows-x86_64', kind: 'installer', size: 14_680_064, made_at: '2026-11-23T08:00:00+07:00',
  news_vi: 'Nhanh hơn', news_en: 'Faster', brought_by: '', brought_at: '2026-11-24T09:00:00+07:00', unfit: null, carried_on: false,
};
const found: Found = { version: '0.1.0', platform: 'windows-x86_64', kind: 'installer', takes: true, rows: [row], ready: null, last: null };
const press = (container: HTMLElement, test: string) => fireEvent.click(container.querySelector(`[data-test=${test}]`) as HTMLElement);

beforeEach(() => {
  app.notes = [];
  app.updateReady = '';
  app.session = { vault: 'open' } as never;
});

it('installs only after saying what will happen, and then asks to close the program', async () => {
  const asked = answering({ updates: () => found, update_install: () => ({ version: '0.2.0', backup: 'b', package: null }), session: () => ({ vault: 'locked' }) as never });
  const { container } = render(Updates);
  expect(await screen.findByText('Nhanh hơn')).toBeTruthy();
  await press(container, 'update-install');
  expect(asked.of('update_install')).toEqual([]);
  expect(screen.getByText(/bản 0\.1\.0 và dữ liệu lúc này được đặt lại như cũ/)).toBeTruthy();
  await press(container, 'update-yes');
  await expect.poll(() => app.updateReady).toBe('0.2.0');
  expect(asked.of('update_install')).toEqual([{ id: 'u' }]);
  expect(app.session?.vault).toBe('locked');
});

it('says why one is not installed, and lets it be carried on', async () => {
  const asked = answering({
    updates: () => ({ ...found, rows: [{ ...row, unfit: 'update_other_platform', platform: 'linux-x86_64' }] }),
    update_take: () => ({ file: 'ready', name: 'x.chidao-update', size: 1, media_type: '' }),
  });
  const { container } = render(Updates);
  expect(await screen.findByText(/dành cho loại máy khác \(linux-x86_64\)/)).toBeTruthy();
  expect(container.querySelector('[data-test=update-install]')).toBeNull();
  await press(container, 'update-save');
  await expect.poll(() => asked.of('update_take')).toEqual([{ id: 'u', package: false }]);
});

it('hands the package of a system over to its own installer', async () => {
  const asked = answering({ updates: () => ({ ...found, rows: [{ ...row, kind: 'deb' }] }), update_take: () => ({ file: 'ready', name: 'x.deb', size: 1, media_type: '' }) });
  const { container } = render(Updates);
  await screen.findByText('Nhanh hơn');
  await press(container, 'update-install');
  expect(screen.getByText(/sudo apt install/)).toBeTruthy();
  await press(container, 'update-yes');
  await expect.poll(() => asked.of('update_take')).toEqual([{ id: 'u', package: true }]);
  expect(asked.of('update_install')).toEqual([]);
});

it('says so where no updates are taken', async () => {
  answering({ updates: () => ({ ...found, takes: false, rows: [] }) });
  const { container } = render(Updates);
  expect(await screen.findByText(/không nhận bản cập nhật/)).toBeTruthy();
  expect(container.querySelector('[data-test=update-file]')).toBeNull();
});

it('tells that a version was taken back until somebody has seen it', async () => {
  const last = { from: '0.1.0', to: '0.2.0', reason: 'store_failed', at: '2026-11-24T09:00:00+07:00' };
  const asked = answering({ updates: () => ({ ...found, rows: [], last }), update_seen: () => ({ ...found, rows: [] }) });
  const { container } = render(Updates);
  expect(await screen.findByText(/Bản 0\.1\.0 và dữ liệu lúc trước khi cài đã được đặt lại/)).toBeTruthy();
  await press(container, 'update-seen');
  await expect.poll(() => container.querySelector('[data-test=update-ended]')).toBeNull();
  expect(asked.of('update_seen')).toHaveLength(1);
});

it('tells of a newer version once when the register opens', async () => {
  answering({ updates: () => found });
  render(UpdateAttend);
  await expect.poll(() => app.notes.map((one) => one.text)).toEqual(['Có bản mới 0.2.0 của chương trình. Xem ở Cài đặt, mục Cập nhật chương trình.']);
});
