import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { barriers } from '../lib/barriers.mjs';
import { browser, chidao, demonstration, folder, pageOf, serve, settled, unlocked } from '../lib/program.mjs';
import { at } from '../lib/screens.mjs';

let chrome;
let served;
let page;
let province;
let district;
const share = join(folder(), 'o-mang');

const told = (office, ...words) => chidao(office.path, words, { passphrase: office.passphrase });

before(async () => {
  ({ province, district } = demonstration());
  mkdirSync(share);
  told(district, 'task', 'set', 'NV19', 'lead', 'Phòng Nội vụ');
  told(district, 'mailbox', 'add', 'Ổ mạng', share);
  told(district, 'mailbox', 'sync');
  chrome = await browser();
  served = await serve(province.path);
  page = await pageOf(chrome, served.address);
  await unlocked(page, province.passphrase);
});
after(async () => {
  await chrome?.close();
  await served?.stop();
});

const said = () => page.locator('[data-test=mailbox-result]');

test('a folder that is not there is refused, and one that is there is synchronised on the page', async () => {
  await at(page, '/bundles');
  await page.locator('[data-test=mailbox-add]').click();
  await page.locator('[data-test=mailbox-name]').fill('Ổ mạng');
  await page.locator('[data-test=mailbox-path]').fill(join(share, 'khong-co'));
  await page.locator('[data-test=mailboxes] form input[type=checkbox]').uncheck();
  await page.locator('[data-test=mailbox-save]').click();
  await page.locator('.note.wrong').waitFor();
  await page.locator('[data-test=mailbox-path]').fill(share);
  await page.locator('[data-test=mailbox-save]').click();
  await page.getByText('Chưa đồng bộ lần nào.').waitFor();
  await page.locator('[data-test=mailbox-sync]').click();
  await said().waitFor();
  assert.match(await said().innerText(), /lấy về 1 gói/);
  await page.locator('[data-test=mailbox-again]').click();
  await page.locator('[data-test=mailbox-result]', { hasNotText: 'lấy về 1 gói' }).waitFor();
  assert.equal(await page.locator('[data-test=mailbox-result].bad').count(), 0);
  await settled(page);
  assert.deepEqual(await barriers(page), []);
});

test('what came through the folder stands in the register, and removing asks first', async () => {
  await page.locator('[data-test=mailbox-remove]').click();
  await page.locator('[data-test=mailbox-remove-yes]').click();
  await page.getByText('Chưa có nơi để gói nào.').waitFor();
  await served.stop();
  assert.equal(told(province, 'task', 'show', 'NV19').row.lead, 'Phòng Nội vụ');
});
