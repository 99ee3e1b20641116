import { configure, render, screen } from '@testing-library/svelte';
import { expect, it } from 'vitest';
import type { Origin } from '../host/types/Origin';
import Signed from './Signed.svelte';

configure({ testIdAttribute: 'data-test' });

const origin: Origin = { person: { name: 'Nguyễn Đức Đăng', title: '' }, unit: 'UBND tỉnh', device: 'VP-01', at: '2017-06-23T16:31:00+07:00', clock_doubtful: false, own_side: true, confirmed: true };

it('does not say of what the other side wrote that the other side has received it', () => {
  const said = (part: Partial<Origin>): string => {
    const { unmount } = render(Signed, { origin: { ...origin, ...part } });
    const text = screen.getByTestId('delivered').textContent ?? '';
    unmount();
    return text.trim();
  };
  expect(said({})).toBe('Bên kia đã nhận');
  expect(said({ confirmed: false })).toBe('Bên kia chưa xác nhận');
  expect(said({ own_side: false })).toBe('Bên kia gửi');
});
