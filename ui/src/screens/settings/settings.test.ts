import { fireEvent, render, screen } from '@testing-library/svelte';
import { beforeEach, expect, it } from 'vitest';
import { app } from '../../app/state.svelte';
import { answering, type Asked } from '../../host/answering';
import Settings from './Settings.svelte';

let asked: Asked;
beforeEach(() => {
  app.settings = { language: 'vi', theme: 'system', due_soon_days: 3, lock_after_minutes: 15, assigned_from: null, assigned_to: null };
  app.session = { vault: 'open', edition: 'unit', conflicts: 0, quarantined: 2, version: '0.1.0' } as never;
  asked = answering({
    keys: () => ({ unit: 'u', device: 'd', signing: 'RWsigning', age: 'age1x', root: 'RWroot', recovery: 'age1r' }),
    settings_set: (given) => given,
    check: () => ({ ok: false, feeds: 1, entries: 2, changes: 3, blobs: 0, troubles: ['derived task'] }),
  });
  render(Settings);
});

it('keeps each change at once, and all the others as they were', async () => {
  await fireEvent.change(screen.getByLabelText('Giao diện'), { target: { value: 'dark' } });
  await expect.poll(() => asked.of('settings_set')).toEqual([{ ...app.settings, theme: 'dark' }]);
});

it('keeps no number of days out of 0 to 30', async () => {
  const days = screen.getByLabelText(/Sắp đến hạn khi còn/);
  for (const value of ['31', '-1', 'ba', '']) await fireEvent.change(days, { target: { value } });
  expect(screen.getByRole('alert')).toBeTruthy();
  expect(asked.of('settings_set')).toHaveLength(0);
  await fireEvent.change(days, { target: { value: '7' } });
  await expect.poll(() => asked.of('settings_set')[0]?.due_soon_days).toBe(7);
});

it('says what a check found, and what to do', async () => {
  await fireEvent.click(screen.getByRole('button', { name: 'Kiểm tra ngay' }));
  expect(await screen.findByText(/Sổ có 1 chỗ không khớp/)).toBeTruthy();
  expect(screen.getByText('derived task')).toBeTruthy();
});
