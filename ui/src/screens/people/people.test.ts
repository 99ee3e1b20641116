import { configure, fireEvent, render, screen } from '@testing-library/svelte';
import { expect, it } from 'vitest';
import { AppFailure } from '../../host';
import { answering } from '../../host/answering';
import { app } from '../../app/state.svelte';
import type { People as Told } from '../../host/types/People';
import Awaiting from './Awaiting.svelte';
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

it('offers to open without a passphrase only where the system can and one person alone works', async () => {
  const alone = told({ rows: [told().rows[1]!] });
  const asked = answering({ session: () => ({ vault: 'open', remembered: 'yes' }) as never, people: () => alone, remember: () => ({}) as never, forget_remembered: () => ({}) as never });
  app.session = { vault: 'open', remembered: 'unavailable' } as never;
  render(People);
  await screen.findByTestId('passphrase-change');
  expect(screen.queryByTestId('remember')).toBeNull();
  app.session = { vault: 'open', remembered: 'no' } as never;
  await fireEvent.click(await screen.findByTestId('remember'));
  expect(screen.getByText(/chỉ nên dùng khi tài khoản ấy của riêng bạn/i)).toBeTruthy();
  await type('remember-passphrase', 'mật khẩu dài');
  await fireEvent.submit(screen.getByTestId('remember-now').closest('form')!);
  await expect.poll(() => asked.of('remember')).toEqual([{ passphrase: 'mật khẩu dài' }]);
  await fireEvent.click(await screen.findByTestId('forget'));
  await expect.poll(() => asked.of('forget_remembered')).toEqual([{}]);
});

it('does not offer it where a passphrase tells who writes', async () => {
  answering({ people: () => told() });
  app.session = { vault: 'open', remembered: 'no' } as never;
  render(People);
  await screen.findByTestId('passphrase-change');
  expect(screen.queryByTestId('remember')).toBeNull();
});

it('says what to do where the root key is elsewhere', async () => {
  answering({ people: () => told({ holds_root: false }) });
  render(People);
  expect(await screen.findByText(/không giữ khoá gốc/)).toBeTruthy();
  await fireEvent.click(screen.getByTestId('person-remove'));
  expect(screen.getByRole('alertdialog').textContent).toContain('máy chỉ xem được cho đến khi');
  render(TakeOver);
  expect(await screen.findByText(/xin máy giữ khoá gốc cấp chứng thư mới/)).toBeTruthy();
  expect(screen.getByTestId('take-over')).toBeTruthy();
});

it('tells the three steps while the machine waits for its certificate, and asks again for what did not fit', async () => {
  app.notes = [];
  const asked = answering({
    session: () => ({ vault: 'open', awaiting: false }) as never,
    settings: () => ({}) as never,
    renewal_request: () => ({ file: 'ready', name: 'de-nghi.chidao-request', size: 900, media_type: '' }),
    renewal_accept: ({ file, code }) => {
      if (file !== 'token-dung.chidao-answer') throw new AppFailure('not_an_answer');
      if (code !== '1234') throw new AppFailure('wrong_code');
      return { vault: 'open', awaiting: false } as never;
    },
  });
  const { container } = render(Awaiting);
  const choose = (name: string) => fireEvent.change(container.querySelector('[data-test=renewal-answer]') as HTMLElement, { target: { files: [new File(['x'], name)] } });
  await fireEvent.click(screen.getByTestId('renewal'));
  const accept = () => fireEvent.submit(container.querySelector('form') as HTMLElement);
  await fireEvent.click(screen.getByTestId('renewal-request'));
  expect(await screen.findByText('Đã lưu: /usb/de-nghi.chidao-request')).toBeTruthy();
  await choose('sai.chidao-answer');
  await screen.findByText('sai.chidao-answer');
  await type('renewal-code', '12');
  await accept();
  expect((await screen.findByRole('alert')).textContent).toContain('không phải trả lời');
  await choose('dung.chidao-answer');
  await screen.findByText('dung.chidao-answer');
  await accept();
  await expect.poll(() => screen.queryByRole('alert')?.textContent ?? '').toContain('Mã');
  await type('renewal-code', '1234');
  await accept();
  await expect.poll(() => app.notes.map((one) => one.text)).toEqual([expect.stringContaining('chứng thư mới')]);
  expect(asked.of('renewal_accept')).toHaveLength(3);
});
