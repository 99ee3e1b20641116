import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { browser, demonstration, pageOf, serve, unlocked } from '../lib/program.mjs';
import { at } from '../lib/screens.mjs';

let chrome;
let served;
let page;
/** Long work is held back on its way until it has been stopped, so that no machine is too quick for this test. */
let held = '';
/** The answer of this work is held back until its steps have been seen, for the same reason. */
let seen = '';
let told;

before(async () => {
  chrome = await browser();
  const { district } = demonstration();
  served = await serve(district.path);
  page = await pageOf(chrome, served.address, { acceptDownloads: true });
  let stopped = () => undefined;
  await page.route('**/call', async (route) => {
    const asked = route.request().postDataJSON();
    if (asked?.do === seen) {
      seen = '';
      const response = await route.fetch();
      const bar = page.locator('[data-test=working] progress[value]');
      await bar.waitFor();
      told = await bar.evaluate((one) => [one.value, one.max]);
      return route.fulfill({ response });
    }
    if (asked?.do === held) {
      assert.match(asked.work, new RegExp(`^${held} `));
      const until = new Promise((done) => (stopped = done));
      held = '';
      await until;
    }
    if (asked?.do !== 'work_cancel') return route.continue();
    const response = await route.fetch();
    await route.fulfill({ response });
    return stopped();
  });
  await unlocked(page, district.passphrase);
});
after(async () => {
  await chrome?.close();
  await served?.stop();
});

const stop = () => page.locator('[data-test=stop]').click();
const journal = () => page.locator('[data-test=journal] tbody tr:not([aria-hidden] tr)');

test('making a bundle can be stopped, leaves no trace, and can be done again', async () => {
  await at(page, '/bundles');
  await journal().first().waitFor();
  const before = await journal().count();
  held = 'bundle_export';
  await page.locator('[data-test=export]').click();
  await stop();
  await page.getByRole('status').filter({ hasText: 'Đã dừng. Không có gì thay đổi.' }).waitFor();
  assert.equal(await page.locator('[data-test=exported]').count(), 0);
  assert.equal(await journal().count(), before);
  await Promise.all([page.waitForEvent('download'), page.locator('[data-test=export]').click()]);
  await page.locator('[data-test=exported]').waitFor();
  await journal().nth(before).waitFor();
});

test('the check of the register can be stopped', async () => {
  await at(page, '/settings');
  held = 'check';
  await page.locator('[data-test=check]').click();
  await stop();
  await page.getByText('Đã dừng kiểm tra sổ').waitFor();
  await page.locator('[data-test=check]').click();
  await page.locator('[data-test=check-report]').filter({ hasText: '✓' }).waitFor();
});

test('the page hears from the program how far long work is', async () => {
  seen = 'check';
  const checked = (answer) => answer.url().endsWith('/call') && answer.request().postDataJSON()?.do === 'check';
  await Promise.all([page.waitForResponse(checked), page.locator('[data-test=check]').click()]);
  assert.ok(told[1] > 1 && told[0] === told[1], `the bar stood at ${told}`);
});

test('nothing was complained of but what was stopped', () => {
  assert.deepEqual(page.complaints.filter((told) => !told.includes('422')), []);
});
