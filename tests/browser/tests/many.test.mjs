import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { join } from 'node:path';
import { browser, chidao, folder, pageOf, serve, unlocked } from '../lib/program.mjs';

const PASSPHRASE = 'mot cau de nho';
const TASKS = 3000;
let chrome;
let served;
let page;

before(async () => {
  const home = join(folder(), 'home');
  chidao(home, ['init', '--edition', 'unit', '--unit', 'UBND huyện Yên Thế', '--code', 'H02.15', '--person', 'Hoàng Thị Mai', '--title', 'Chuyên viên'], { passphrase: PASSPHRASE });
  chidao(home, ['generate', '--tasks', String(TASKS), '--edits', '100', '--seed', '1'], { passphrase: PASSPHRASE });
  chrome = await browser();
  served = await serve(home);
  page = await pageOf(chrome, served.address);
  await unlocked(page, PASSPHRASE);
});
after(async () => {
  await chrome?.close();
  await served?.stop();
});

test('of thousands of tasks only the rows in view stand in the page', async () => {
  await page.getByRole('row').nth(5).waitFor();
  const area = page.locator('[data-test=task-grid] .scroll');
  assert.ok((await page.getByRole('row').count()) < 60);
  await page.locator('[data-test=task-grid]').focus();
  await page.keyboard.press('End');
  await page.locator(`[aria-rowindex="${TASKS + 1}"] .code`).filter({ hasText: /\S/ }).waitFor();
  assert.ok((await page.getByRole('row').count()) < 60);
  // A drag of the bar to the middle shows the rows of the middle.
  await area.evaluate((element) => (element.scrollTop = element.scrollHeight / 2));
  await page.waitForFunction(() => {
    const first = document.querySelector('[data-test=task-grid] .scroll [role=row] .code');
    const index = Number(first?.closest('[role=row]')?.getAttribute('aria-rowindex'));
    return index > 1300 && index < 1700 && (first?.textContent ?? '') !== '';
  });
});
