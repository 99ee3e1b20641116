import { configure, fireEvent, render, screen } from '@testing-library/svelte';
import { expect, it } from 'vitest';
import { answering } from '../../host/answering';
import type { People as Told } from '../../host/types/People';
import People from './People.svelte';
import TakeOver from './TakeOver.svelte';

configure({ testIdAttribute: 'data-test' });

const told = (part: Partial<Told> = {}): Told => ({
  rows: [
    { person: 'a1', name: { name: 'Phạm Thu Hà', title: '' }, here: false },
    { person: 'b2', name: { name: 'Trần Thị Hạnh', title: 'Chuyên viên' }, here: true },
  ],
  holds_root: true, may_remove: true, ...part,
});

async function type(test: string, text: string): Promise<void> {
  await fireEvent.input(screen.getByTestId(test), { target: { value: text } });
}

it('adds a person whose passphrase was typed twice alike, and keeps it nowhere', async () => {
  const asked = answering({ session: () => ({ vault: 'open' }) as never, people: () => told(), person_add: () => told() });
  render(People);
  await fireEvent.click(await screen.findByTestId('person-add'));
  await type('person-name', 'Lê Văn Bình');
  await type('new-passphrase', 'mật khẩu dài');
  await type('new-passphrase-again', 'mật khẩu dàii');
  await fireEvent.submit(screen.getByTestId('person-add-now').closest('form')!);
  expect(screen.getByRole('alert').textContent).toContain('không giống');
  expect(asked.of('person_add')).toEqual([]);
  await type('new-passphrase-again', 'mật khẩu dài');
  await fireEvent.submit(screen.getByTestId('person-add-now').closest('form')!);
  await expect.poll(() => asked.of('person_add')).toEqual([{ name: 'Lê Văn Bình', title: '', passphrase: 'mật khẩu dài' }]);
  expect(screen.queryByTestId('new-passphrase')).toBeNull();
});

it('removes another after saying what happens, never oneself', async () => {
  const asked = answering({ session: () => ({ vault: 'open' }) as never, people: () => told(), person_remove: () => told({ rows: [] }) });
  render(People);
  const buttons = await screen.findAllByTestId('person-remove');
  expect(buttons).toHaveLength(1);
  await fireEvent.click(buttons[0]!);
  expect(screen.getByRole('alertdialog').textContent).toContain('bản sao lưu cũ');
  expect(asked.of('person_remove')).toEqual([]);
  await fireEvent.click(screen.getByTestId('person-remove-now'));
  await expect.poll(() => asked.of('person_remove')).toEqual([{ person: 'a1' }]);
});

it('says what to do where the root key is elsewhere', async () => {
  answering({ people: () => told({ holds_root: false, may_remove: false }) });
  render(People);
  expect(await screen.findByText(/không giữ khoá gốc/)).toBeTruthy();
  expect(screen.queryByTestId('person-remove')).toBeNull();
  render(TakeOver);
  expect(await screen.findByText(/thêm một máy mới/)).toBeTruthy();
  expect(screen.queryByTestId('take-over')).toBeNull();
});
