/**
 * Every screen in one list: for the pictures, and for looking through all of them for barriers. `go` leads there from
 * the open register; `side` says at whose laptop; a `picture` of it goes into the README.
 */
import { fileURLToPath } from 'node:url';
import { settled } from './program.mjs';

/** The list of 41 tasks, as a province sends it. */
export const LIST = fileURLToPath(new URL('../../story/data/sample_41_tasks.csv', import.meta.url));

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

/** Opens the only inspection of the demonstration. */
export async function inspection(page) {
  await at(page, '/inspections');
  await page.locator('[data-test=inspections] a').first().click();
  await page.locator('[data-test=line-NV26]').waitFor();
}

export const SCREENS = [
  { name: 'tasks', side: 'district', picture: true, go: (page) => at(page, '/tasks') },
  { name: 'tasks-filter', side: 'district', go: async (page) => { await at(page, '/tasks?class=open_overdue&class=open_due_soon&done=0&sort=deadline'); await page.locator('[data-test=filter-leads]').click(); } },
  { name: 'tasks-nothing', side: 'district', go: (page) => at(page, '/tasks?q=khong%20co%20gi%20ca') },
  { name: 'task', side: 'district', go: (page) => task(page, 'NV19') },
  { name: 'task-reports', side: 'district', go: async (page) => { await task(page, 'NV19'); await page.getByRole('tab').nth(1).click(); } },
  { name: 'task-findings', side: 'district', go: async (page) => { await task(page, 'NV26'); await page.getByRole('tab').nth(2).click(); await page.locator('[data-test=attachment] img').nth(1).waitFor(); } },
  { name: 'task-history', side: 'district', go: async (page) => { await task(page, 'NV19'); await page.getByRole('tab').nth(3).click(); } },
  { name: 'task-report', side: 'district', go: async (page) => { await task(page, 'NV19'); await page.locator('[data-test=report]').click(); } },
  { name: 'task-add', side: 'province', go: async (page) => { await at(page, '/tasks'); await page.locator('[data-test=add-task]').click(); } },
  { name: 'tasks-province', side: 'province', go: (page) => at(page, '/tasks') },
  { name: 'totals', side: 'province', picture: true, go: (page) => at(page, '/totals') },
  { name: 'take-in', side: 'district', go: (page) => at(page, '/take-in') },
  { name: 'take-in-read', side: 'district', go: async (page) => { await at(page, '/take-in'); await page.locator('[data-test=list]').setInputFiles(LIST); await page.getByRole('region').waitFor(); } },
  { name: 'inspections', side: 'province', go: (page) => at(page, '/inspections') },
  { name: 'inspection-new', side: 'province', go: async (page) => { await at(page, '/inspections'); await page.locator('[data-test=inspection-new]').click(); await page.locator('[data-test=choose-NV01]').waitFor(); } },
  { name: 'inspection-sheet', side: 'province', go: async (page) => { await inspection(page); await page.locator('[data-test=line-NV26]').click(); await page.locator('img').nth(1).waitFor(); } },
  { name: 'inspection-negative', side: 'province', go: async (page) => { await inspection(page); await page.locator('[data-test=line-NV14]').click(); await page.locator('[data-test=nature]').waitFor(); } },
  { name: 'inspection-recommendations', side: 'province', go: async (page) => { await inspection(page); await page.getByRole('tab').nth(1).click(); } },
  { name: 'inspection-facts', side: 'province', go: async (page) => { await inspection(page); await page.getByRole('tab').nth(2).click(); } },
  { name: 'inspection-unit', side: 'district', go: inspection },
  { name: 'recommendations', side: 'province', go: (page) => at(page, '/recommendations') },
  { name: 'recommendation-answer', side: 'province', go: async (page) => { await at(page, '/recommendations'); await page.locator('[data-test=answer-KN02]').click(); } },
  { name: 'recommendation-new', side: 'district', go: async (page) => { await at(page, '/recommendations'); await page.locator('[data-test=recommendation-new]').click(); } },
  { name: 'bundles', side: 'district', picture: true, go: (page) => at(page, '/bundles') },
  { name: 'bundles-province', side: 'province', go: (page) => at(page, '/bundles') },
  { name: 'units', side: 'province', go: (page) => at(page, '/units') },
  { name: 'conflicts', side: 'province', go: (page) => at(page, '/conflicts') },
  { name: 'quarantine', side: 'province', go: (page) => at(page, '/quarantine') },
  { name: 'settings', side: 'district', go: (page) => at(page, '/settings') },
  { name: 'settings-checked', side: 'district', go: async (page) => { await at(page, '/settings'); await page.locator('[data-test=check]').click(); await page.locator('[data-test=check-report]').waitFor(); } },
  { name: 'settings-backups', side: 'district', go: async (page) => { await at(page, '/settings'); await page.locator('[data-test=backup]').first().waitFor(); await page.locator('[data-test=backups]').evaluate((card) => card.scrollIntoView()); } },
  { name: 'settings-go-back', side: 'district', go: async (page) => { await at(page, '/settings'); await page.locator('[data-test=backup-back]').first().click(); await page.locator('[data-test=go-back]').waitFor(); } },
  { name: 'gallery', side: 'district', go: async (page) => { await at(page, '/settings'); await page.locator('a[href="#/gallery"]').click(); await page.getByRole('region').nth(1).waitFor(); } },
];
