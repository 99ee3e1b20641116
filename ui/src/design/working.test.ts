import { fireEvent, render, screen } from '@testing-library/svelte';
import { expect, it, vi } from 'vitest';
import type { WorkStep } from '../host/types/WorkStep';
import Working from './Working.svelte';

const going = (step: WorkStep, done: number, total: number) => ({ busy: true, stopping: false, stop: vi.fn(), progress: { work: 'w', step, name: '', done, total } });

it('says what is being done and how far it is, in the unit of the step', async () => {
  const { rerender } = render(Working, { label: 'Đang làm gói…', work: going('packing', 5 << 20, 20 << 20) });
  expect(screen.getByRole('status').textContent).toBe('Đang đóng gói và mã hoá…');
  expect(screen.getByText(/5,0 MB \/ 20,0 MB/)).toBeTruthy();
  expect(screen.getByRole('progressbar').getAttribute('value')).toBe(String(5 << 20));
  await rerender({ label: 'Đang làm gói…', work: going('applying', 1200, 30_000) });
  expect(screen.getByText('1.200 / 30.000')).toBeTruthy();
});

it('shows that it goes on while nobody knows how long, and can be stopped once', async () => {
  const work = { ...going('looking', 0, 0), progress: undefined };
  const { rerender } = render(Working, { label: 'Đang làm gói…', work });
  expect(screen.getByRole('status').textContent).toBe('Đang làm gói…');
  expect(screen.getByRole('progressbar').hasAttribute('value')).toBe(false);
  await fireEvent.click(screen.getByRole('button', { name: 'Dừng' }));
  expect(work.stop).toHaveBeenCalledOnce();
  await rerender({ label: 'Đang làm gói…', work: { ...work, stopping: true } });
  expect(screen.getByRole('button', { name: 'Dừng' }).hasAttribute('disabled')).toBe(true);
});
