/**
 * Every screen in one list: for the pictures, and for looking through all of them for barriers. `go` leads there from
 * the open register; `side` says at whose laptop; a `picture` of it goes into the README.
 */
import { settled } from './program.mjs';

/** Goes to an address of the page. */
export async function at(page, hash) {
  await page.evaluate((to) => {
    location.hash = to;
  }, hash);
  await settled(page);
}

/** Opens a task beside the list. */
export async function task(page, code) {
  await at(page, `/tasks?task=${code}`);
  await page.locator('#task-detail').getByText(code, { exact: true }).first().waitFor();
}

export const SCREENS = [
  { name: 'tasks', side: 'district', picture: true, go: (page) => at(page, '/tasks') },
  { name: 'tasks-filter', side: 'district', go: async (page) => { await at(page, '/tasks?class=open_overdue&class=open_due_soon&done=0&sort=deadline'); await page.locator('[data-test=filter-leads]').click(); } },
  { name: 'tasks-nothing', side: 'district', go: (page) => at(page, '/tasks?q=khong%20co%20gi%20ca') },
  { name: 'task', side: 'district', picture: true, go: (page) => task(page, 'NV19') },
  { name: 'task-reports', side: 'district', go: async (page) => { await task(page, 'NV19'); await page.getByRole('tab').nth(1).click(); } },
  { name: 'task-findings', side: 'district', go: async (page) => { await task(page, 'NV26'); await page.getByRole('tab').nth(2).click(); } },
  { name: 'task-history', side: 'district', go: async (page) => { await task(page, 'NV19'); await page.getByRole('tab').nth(3).click(); } },
  { name: 'task-report', side: 'district', go: async (page) => { await task(page, 'NV19'); await page.locator('[data-test=report]').click(); } },
  { name: 'task-add', side: 'province', go: async (page) => { await at(page, '/tasks'); await page.locator('[data-test=add-task]').click(); } },
  { name: 'tasks-province', side: 'province', go: (page) => at(page, '/tasks') },
  { name: 'totals', side: 'province', picture: true, go: (page) => at(page, '/totals') },
  { name: 'take-in', side: 'district', go: (page) => at(page, '/take-in') },
  { name: 'inspections', side: 'province', go: (page) => at(page, '/inspections') },
  { name: 'recommendations', side: 'province', go: (page) => at(page, '/recommendations') },
  { name: 'bundles', side: 'district', picture: true, go: (page) => at(page, '/bundles') },
  { name: 'units', side: 'province', go: (page) => at(page, '/units') },
  { name: 'conflicts', side: 'province', go: (page) => at(page, '/conflicts') },
  { name: 'quarantine', side: 'province', go: (page) => at(page, '/quarantine') },
  { name: 'settings', side: 'district', go: (page) => at(page, '/settings') },
  { name: 'gallery', side: 'district', go: (page) => at(page, '/gallery') },
];
