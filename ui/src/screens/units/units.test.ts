import { fireEvent, render, screen } from '@testing-library/svelte';
import { beforeEach, expect, it } from 'vitest';
import { app } from '../../app/state.svelte';
import { answering } from '../../host/answering';
import Code from './Code.svelte';
import Enrolment from './Enrolment.svelte';
import { folded } from './fold';
import Request from './Request.svelte';

const code = '1234 5678 9012 3456 7890 1234 5678 9012';
const session = () => ({ vault: 'locked', enrolment: 'confirmed' }) as never;

beforeEach(() => {
  app.session = { vault: 'open', edition: 'unit', enrolment: 'none' } as never;
});

it('confirms nothing while the code typed differs', async () => {
  const asked = answering({ enrol_confirm: session, session });
  render(Code, { code });
  const input = screen.getByLabelText('Gõ mã bên kia đọc');
  await fireEvent.input(input, { target: { value: '1234 5678' } });
  await fireEvent.click(screen.getByRole('button', { name: 'Mã giống nhau, xác nhận' }));
  expect(screen.getByRole('alert').textContent).toContain('đừng xác nhận');
  expect(asked.of('enrol_confirm')).toHaveLength(0);
});

it('confirms the same code however it is spaced, and not with an Enter that belongs to the input method', async () => {
  const asked = answering({ enrol_confirm: session, session });
  render(Code, { code });
  const input = screen.getByLabelText('Gõ mã bên kia đọc');
  await fireEvent.input(input, { target: { value: code.replaceAll(' ', '-') } });
  await fireEvent.keyDown(input, { key: 'Enter', keyCode: 229 });
  expect(asked.of('enrol_confirm')).toHaveLength(0);
  await fireEvent.keyDown(input, { key: 'Enter', keyCode: 13 });
  await expect.poll(() => asked.of('enrol_confirm')).toEqual([{ code: code.replaceAll(' ', '') }]);
});

it('writes one request and saves it, however often it is saved', async () => {
  const asked = answering({ enrol_request: () => ({ file: 'r', name: 'de-nghi-H02-15.chidao-request', size: 900, media_type: '' }), session: () => ({ vault: 'open', enrolment: 'requested' }) as never, settings: () => ({}) as never });
  render(Enrolment);
  await fireEvent.click(screen.getByRole('button', { name: 'Viết phiếu đề nghị và lưu…' }));
  expect(await screen.findByText(/Đã lưu phiếu: \/usb\/de-nghi/)).toBeTruthy();
  await fireEvent.click(screen.getByRole('button', { name: 'Lưu lại phiếu…' }));
  await expect.poll(() => asked.saved).toEqual(['r', 'r']);
  expect(asked.of('enrol_request')).toHaveLength(1);
});

it('shows who asks before a request is accepted, then the code to be read out', async () => {
  const unit = { id: 'u', name: 'UBND huyện Yên Thế', code: 'H02.15' };
  const asked = answering({
    session,
    enrol_look: () => ({ unit, person: { name: 'Hoàng Thị Mai', title: 'Chuyên viên' }, device: 'YENTHE-VP-02', at: '2017-06-23T08:00:00+07:00', known: false, code }),
    enrol_approve: () => ({ unit, code, bundle: { file: 'b', name: 'so0001.chidao', size: 10, media_type: '' } }),
  });
  const { container } = render(Request);
  await fireEvent.change(container.querySelector('[data-test=request-file]') as HTMLInputElement, { target: { files: [new File(['x'], 'de-nghi.chidao-request')] } });
  expect(await screen.findByText('Hoàng Thị Mai, Chuyên viên')).toBeTruthy();
  expect(asked.of('enrol_approve')).toHaveLength(0);
  await fireEvent.click(screen.getByRole('button', { name: 'Chấp nhận và làm gói trả lời' }));
  expect(await screen.findByText('✓ Đã ghi danh UBND huyện Yên Thế')).toBeTruthy();
  expect(asked.saved).toEqual(['b']);
  expect((container.querySelector('[data-test=enrolment-code]') as HTMLElement).textContent).toContain('1234');
});

it('finds a unit by its name without marks', () => {
  expect(folded('UBND huyện Yên Thế')).toContain(folded('yen the'));
  expect(folded('Đồng Kỳ')).toBe('dong ky');
});
