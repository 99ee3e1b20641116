import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { join } from 'node:path';
import { barriers } from '../lib/barriers.mjs';
import { browser, folder, pageOf, serve } from '../lib/program.mjs';

let chrome;
let served;
let page;

before(async () => {
  chrome = await browser();
  served = await serve(join(folder(), 'home'));
  page = await pageOf(chrome, served.address);
});
after(async () => {
  await chrome?.close();
  await served?.stop();
});

test('a unit registers itself, and sees its recovery key once', async () => {
  await page.locator('[name=unit_name]').waitFor();
  assert.deepEqual(await barriers(page), []);
  await page.locator('[name=unit_name]').fill('UBND huyện Yên Thế');
  await page.locator('[name=unit_code]').fill('H02.15');
  await page.locator('[name=person_name]').fill('Hoàng Thị Mai');
  await page.locator('[name=person_title]').fill('Chuyên viên Văn phòng');
  await page.locator('[name=passphrase]').fill('mot cau de nho');
  await page.locator('[name=again]').fill('mot cau khac');
  await page.locator('[data-test=begin]').click();
  await page.getByRole('alert').filter({ hasText: 'khác nhau' }).waitFor();
  await page.locator('[name=again]').fill('mot cau de nho');
  await page.locator('[data-test=begin]').click();
  const key = await page.locator('[data-test=recovery-key]').innerText();
  assert.match(key.replace(/\s/g, ''), /^AGE-SECRET-KEY-1[A-Z0-9]{58}$/);
  assert.deepEqual(await barriers(page), []);
  assert.equal(await page.locator('[data-test=go-on]').isEnabled(), false);
  // Closed by mistake before it was printed, it is there again.
  await page.reload();
  await page.locator('[data-test=recovery-key]').filter({ hasText: 'SECRET' }).waitFor();
  assert.equal(await page.locator('[data-test=recovery-key]').innerText(), key);
  assert.deepEqual(await barriers(page), []);
  await page.getByRole('checkbox').check();
  await page.locator('[data-test=go-on]').click();
  await page.locator('[data-test=recovery-key]').waitFor({ state: 'detached' });
  assert.equal(await page.getByText('AGE-SECRET-KEY').count(), 0);
  await page.locator('[data-test=no-tasks]').waitFor();
  assert.deepEqual(await barriers(page), []);
});

test('it locks, refuses a wrong passphrase in words, and opens with the right one', async () => {
  await page.locator('[data-test=lock]').click();
  const box = page.locator('input[type=password]');
  await box.waitFor();
  assert.deepEqual(await barriers(page), []);
  await box.fill('khong phai');
  await page.locator('[data-test=unlock]').click();
  await page.getByRole('alert').first().waitFor();
  await box.fill('mot cau de nho');
  await box.press('Enter');
  await page.getByRole('navigation').waitFor();
  await page.locator('[data-test=no-tasks]').waitFor();
});
