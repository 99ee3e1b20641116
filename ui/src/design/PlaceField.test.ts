import { fireEvent, render, screen } from '@testing-library/svelte';
import { expect, it } from 'vitest';
import { answering } from '../host/answering';
import PlaceField from './PlaceField.svelte';

const field = { label: 'Thư mục hộp thư', kind: 'folder', value: '/cũ', test: 'place' } as const;

it('lets a place be chosen where the system has a dialog, and keeps what stands when nothing was chosen', async () => {
  const asked = answering({});
  asked.place = '/media/USB/Hộp thư';
  render(PlaceField, field);
  const choose = await screen.findByRole('button', { name: 'Chọn: Thư mục hộp thư' });
  const box = screen.getByLabelText<HTMLInputElement>('Thư mục hộp thư');
  await fireEvent.click(choose);
  await expect.poll(() => box.value).toBe('/media/USB/Hộp thư');
  asked.place = null;
  await fireEvent.click(choose);
  await expect.poll(() => choose.hasAttribute('disabled')).toBe(false);
  expect(box.value).toBe('/media/USB/Hộp thư');
});

it('is typed in a browser, which has no such dialog', async () => {
  answering({});
  render(PlaceField, field);
  const box = await screen.findByLabelText<HTMLInputElement>('Thư mục hộp thư');
  await Promise.resolve();
  expect(box.value).toBe('/cũ');
  expect(screen.queryByRole('button')).toBeNull();
});
