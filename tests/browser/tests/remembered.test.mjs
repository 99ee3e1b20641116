import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { barriers } from '../lib/barriers.mjs';
import { WINDOWS, browser, chidao, folder, pageOf, serve, settled, unlocked } from '../lib/program.mjs';
import { at } from '../lib/screens.mjs';

const PASSPHRASE = 'đồng lúa chín vàng';
const home = folder();

let chrome;
let served;
let page;

const asks = () => page.locator('[data-test=unlock]');
const inside = () => page.getByRole('banner').getByText('Hoàng Thị Mai');

/** The program and the page once more. */
async function again() {
  await page?.context().close();
  await served?.stop();
  served = await serve(home);
  page = await pageOf(chrome, served.address);
}

before(async () => {
  chidao(home, ['init', '--edition', 'unit', '--unit', 'UBND huyện Yên Thế', '--code', 'H02.15', '--person', 'Hoàng Thị Mai', '--title', 'Chuyên viên'], { passphrase: PASSPHRASE });
  chrome = await browser();
  await again();
  await unlocked(page, PASSPHRASE);
  await at(page, '/settings');
  await page.locator('[data-test=passphrase-change]').waitFor();
});
after(async () => {
  await chrome?.close();
  await served?.stop();
});

test('where the system keeps no keys for an account, nothing of it is offered', { skip: WINDOWS }, async () => {
  assert.equal(await page.locator('[data-test=remember]').count(), 0);
  await again();
  await asks().waitFor();
});

test('a Windows account opens the register by itself, until it is locked or told not to', { skip: !WINDOWS }, async () => {
  await page.locator('[data-test=remember]').click();
  await page.locator('[data-test=remember-passphrase]').fill('không phải mật khẩu');
  await page.locator('[data-test=remember-now]').click();
  await page.locator('.note.wrong').waitFor();
  await page.locator('[data-test=remember-passphrase]').fill(PASSPHRASE);
  await settled(page);
  assert.deepEqual(await barriers(page), []);
  await page.locator('[data-test=remember-now]').click();
  await page.locator('[data-test=remembered]').waitFor();

  await again();
  await inside().waitFor();
  // Whoever locked it meant it: the same program asks, also a page that is loaded anew.
  await page.locator('[data-test=lock]').click();
  await asks().waitFor();
  await page.reload();
  await asks().waitFor();
  await unlocked(page, PASSPHRASE);

  await again();
  await inside().waitFor();
  await at(page, '/settings');
  await page.locator('[data-test=forget]').click();
  await page.locator('[data-test=remember]').waitFor();
  await again();
  await asks().waitFor();
});
