import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { join } from 'node:path';
import { browser, chidao, demonstration, folder, pageOf, serve, unlocked } from '../lib/program.mjs';
import { at } from '../lib/screens.mjs';

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

test('of a thousand recommendations and a thousand units only those in view stand in the page, and what is being written stays', async (t) => {
  const { province } = demonstration();
  const again = await serve(province.path);
  t.after(() => again.stop());
  const wide = await pageOf(chrome, again.address);
  // The program's own answers, with more of the same in them.
  const more = (rows, part) => Array.from({ length: 1000 }, (_, i) => ({ ...rows[i % rows.length], ...part(i) }));
  await wide.route('**/call', async (route) => {
    const asked = route.request().postDataJSON()?.do;
    if (asked !== 'recommendations' && asked !== 'units') return route.continue();
    const response = await route.fetch();
    const told = await response.json();
    told.rows =
      asked === 'units'
        ? more(told.rows.filter((row) => row.relation === 'child'), (i) => ({ id: `unit ${i}`, name: `UBND xã số ${i}` }))
        : more(told.rows, (i) => ({ id: `recommendation ${i}`, code: `KN${i}` }));
    return route.fulfill({ response, json: told });
  });
  await unlocked(wide, province.passphrase);
  const rows = wide.locator('main tbody tr:not([aria-hidden] tr)');
  const scrolledTo = (place) => wide.locator('main').evaluate((main, share) => (main.scrollTop = share * main.scrollHeight), place);

  await at(wide, '/recommendations');
  await wide.locator('[data-test=answer-KN0]').click();
  await wide.locator('[data-test=answer-text]').fill('Đang trả lời');
  await scrolledTo(1);
  await wide.getByText('KN999', { exact: true }).waitFor();
  assert.ok((await rows.count()) < 80, `${await rows.count()} rows`);
  assert.equal(await wide.locator('[data-test=answer-text]').inputValue(), 'Đang trả lời');
  await scrolledTo(0.5);
  await wide.getByText(/^KN(4[5-9]|5[0-5])\d$/).first().waitFor();
  assert.equal(await wide.getByText('KN999', { exact: true }).count(), 0);

  await at(wide, '/units');
  await wide.getByText('UBND xã số 3', { exact: true }).waitFor();
  await scrolledTo(1);
  await wide.getByText('UBND xã số 999', { exact: true }).waitFor();
  await wide.getByText('Tất cả đơn vị (1.000)').waitFor();
  assert.ok((await rows.count()) < 80, `${await rows.count()} rows`);

  // On paper stand all of them.
  await wide.evaluate(() => dispatchEvent(new Event('beforeprint')));
  assert.equal(await rows.count(), 1000);
  await wide.evaluate(() => dispatchEvent(new Event('afterprint')));
  await wide.getByText('UBND xã số 3', { exact: true }).waitFor({ state: 'detached' });
  assert.deepEqual(wide.complaints, []);
});
