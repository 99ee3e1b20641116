import { fireEvent, render, screen } from '@testing-library/svelte';
import { beforeEach, expect, it } from 'vitest';
import { anything, app } from '../../app/state.svelte';
import { answering, type Asked } from '../../host/answering';
import type { TotalsRow } from '../../host/types/TotalsRow';
import { fromQuery } from '../tasks/address';
import Totals from './Totals.svelte';

function row(part: Partial<TotalsRow>): TotalsRow {
  return {
    name: '', key: '', total: 41, done: 33, done_on_time: 30, done_late: 3, done_without_deadline: 0, open: 8, open_in_time: 5, open_due_soon: 1,
    open_overdue: 2, open_without_deadline: 1, not_started: 3, under_way: 5, suspended: 0, excluded: 0, extended: 4,
    rate_done: '80,49%', rate_done_of_due: '94,29%', rate_overdue_of_due: '5,71%', rate_on_time_of_done: '90,91%', ...part,
  };
}

let asked: Asked;
beforeEach(() => {
  app.settings = { language: 'vi', theme: 'system', due_soon_days: 3, lock_after_minutes: 15, assigned_from: '2017-01-01', assigned_to: '2017-05-31' };
  app.session = { edition: 'unit', today: '2017-06-23' } as never;
  asked = answering({
    totals: ({ filter, original_deadline }) => ({
      as_of: filter.as_of ?? '2017-06-23', all: row({}), groups: [row({ name: 'Phòng Tư pháp', key: 'Phòng Tư pháp', total: 2, open_overdue: 1 })],
      statuses: {}, on_province_system: 41, ad_hoc: 0, filter: { ...filter, original_deadline, as_of: filter.as_of ?? '2017-06-23' },
    }),
  });
});

/** What the list would show behind a number's link. */
function behind(link: HTMLElement) {
  return fromQuery(link.getAttribute('href')?.split('?')[1] ?? '').filter;
}

it('lets every number open exactly the list that it counts', async () => {
  render(Totals);
  const overdue = await screen.findByRole('link', { name: /^Phòng Tư pháp – Chưa hoàn thành, Quá hạn: 1/ });
  expect(behind(overdue)).toEqual({
    ...anything(), leads: ['Phòng Tư pháp'], classes: ['open_overdue'], done: false,
    assigned_from: '2017-01-01', assigned_to: '2017-05-31', as_of: '2017-06-23',
  });
  expect(screen.queryByRole('link', { name: /Tạm dừng/ })).toBeNull();
});

it('says period and date in its heading, and each rate with its base', async () => {
  render(Totals);
  expect(await screen.findByText('Nhiệm vụ giao từ 01/01/2017 đến 31/05/2017, tính đến ngày 23/06/2017')).toBeTruthy();
  expect(screen.getByText('Hoàn thành trên số đến hạn (hoàn thành + chưa hoàn thành quá hạn): 33/35')).toBeTruthy();
});

it('counts again when the date is changed, and not for what is no date', async () => {
  render(Totals);
  const input = await screen.findByLabelText(/Tính đến ngày/);
  await fireEvent.change(input, { target: { value: '31/6/2017' } });
  expect(screen.getByRole('alert')).toBeTruthy();
  await fireEvent.change(input, { target: { value: '31/5/2017' } });
  await expect.poll(() => asked.of('totals').at(-1)?.filter.as_of).toBe('2017-05-31');
  expect(asked.of('totals').some((one) => one.filter.as_of === '2017-06-31')).toBe(false);
});

it('opens by the original deadline the list that is judged by it', async () => {
  render(Totals);
  await fireEvent.change(await screen.findByLabelText('Tính theo'), { target: { value: 'original' } });
  await expect.poll(() => behind(screen.getByRole('link', { name: /^Chưa hoàn thành, Quá hạn: 2/ })).original_deadline).toBe(true);
  expect(behind(screen.getByRole('link', { name: /^Đã gia hạn: 4/ }))).toMatchObject({ extended: true, original_deadline: true });
});
