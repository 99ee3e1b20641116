import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { barriers } from '../lib/barriers.mjs';
import { browser, chidao, demonstration, folder, named, pageOf, serve, settled, unlocked } from '../lib/program.mjs';
import { at } from '../lib/screens.mjs';

let chrome;
let served;
let page;
let district;
const stick = join(folder(), 'usb');
const saved = join(stick, 'ban-luu.chidao-backup');

const told = (...words) => chidao(district.path, words, { passphrase: district.passphrase });
const backups = () => page.locator('[data-test=backup]');
const reports = () => told('task', 'show', 'NV19').reports.map((report) => report.note);

before(async () => {
  ({ district } = demonstration());
  mkdirSync(stick);
  chrome = await browser();
  served = await serve(district.path);
  page = await pageOf(chrome, served.address, { acceptDownloads: true });
  await unlocked(page, district.passphrase);
});
after(async () => {
  await chrome?.close();
  await served?.stop();
});

test('today’s backup is made by itself, and one more by hand', async () => {
  await at(page, '/settings');
  await page.locator('[data-test=backups-today]').filter({ hasText: 'Hôm nay đã sao lưu' }).waitFor();
  const before = await backups().count();
  await page.locator('[data-test=backup-make]').click();
  await backups().filter({ hasText: 'Tự tay tạo' }).waitFor();
  assert.equal(await backups().count(), before + 1);
  await settled(page);
  assert.deepEqual(await barriers(page), []);
});

test('a backup is saved to a stick as one file', async () => {
  const coming = page.waitForEvent('download');
  await backups().filter({ hasText: 'Tự tay tạo' }).locator('[data-test=backup-take]').click();
  await (await coming).saveAs(saved);
  assert.deepEqual(readdirSync(stick), ['ban-luu.chidao-backup']);
});

test('what is no backup, and one that was cut, are refused in words', async () => {
  for (const [name, bytes, words] of [
    ['anh.chidao-backup', Buffer.from('not a backup at all, but long enough to look at: '.repeat(4)), /không phải bản sao lưu/],
    ['cut.chidao-backup', Buffer.alloc(10), /không phải bản sao lưu/],
  ]) {
    const path = join(folder(), name);
    writeFileSync(path, bytes);
    await page.locator('[data-test=backup-file]').setInputFiles(path);
    const note = page.locator('.note.wrong').filter({ hasText: words });
    await note.waitFor();
    await note.getByRole('button').click();
    assert.equal(await page.locator('[data-test=go-back]').count(), 0);
  }
});

test('the register goes back, says what to ask for, and a wrong passphrase changes nothing', async () => {
  told('task', 'report', 'NV19', '--percent', '70', '--note', 'Ghi sau khi sao lưu');
  await page.locator('[data-test=backup-file]').setInputFiles(saved);
  await page.locator('[data-test=go-back-passphrase]').fill('khong phai mat khau');
  assert.deepEqual(await barriers(page), []);
  await page.locator('[data-test=go-back-sure]').click();
  await page.locator('[data-test=go-back]').getByRole('alert').waitFor();
  assert.ok(reports().includes('Ghi sau khi sao lưu'));
  await page.locator('[data-test=go-back-passphrase]').fill(district.passphrase);
  await page.locator('[data-test=go-back-verify]').click();
  await page.locator('[data-test=go-back-verified]').filter({ hasText: 'Bản này nguyên vẹn' }).waitFor();
  await settled(page);
  assert.deepEqual(await barriers(page), []);
  assert.ok(reports().includes('Ghi sau khi sao lưu'), 'verifying changes nothing');
  await page.locator('[data-test=go-back-sure]').click();
  await page.locator('[data-test=restored]').waitFor();
  assert.match(await page.locator('[data-test=restored]').innerText(), /gửi một gói/);
  await settled(page);
  assert.deepEqual(await barriers(page), []);
  assert.ok(!reports().includes('Ghi sau khi sao lưu'));
  assert.ok(told('check').ok);
  await page.locator('[data-test=restored-bundles]').click();
  await page.locator('[data-test=mailboxes]').waitFor();
});

test('a folder that is gone is told calmly, and backups go to the register’s own', async () => {
  const disk = join(folder(), 'o-ngoai');
  mkdirSync(disk);
  await at(page, '/settings');
  await page.locator('[data-test=backup-keeping] summary').click();
  await page.locator('[data-test=keep-folder]').fill(named(join(disk, 'khong-co')));
  await page.locator('[data-test=keep-save]').click();
  await page.locator('.note.wrong').filter({ hasText: 'Không tới được thư mục' }).waitFor();
  await page.locator('[data-test=keep-folder]').fill(named(disk));
  await page.locator('[data-test=keep-by_hand]').fill('99');
  await page.locator('[data-test=keep-save]').click();
  await page.locator('[data-test=backup-keeping]').getByRole('alert').waitFor();
  await page.locator('[data-test=keep-by_hand]').fill('5');
  await page.locator('[data-test=keep-save]').click();
  await page.getByText(named(disk), { exact: true }).waitFor();
  rmSync(disk, { recursive: true });
  await at(page, '/tasks');
  await at(page, '/settings');
  await page.locator('[data-test=backups-lost]').waitFor();
  const before = await backups().filter({ hasText: 'Tự tay tạo' }).count();
  await page.locator('[data-test=backup-make]').click();
  await backups().filter({ hasText: 'Tự tay tạo' }).nth(before).waitFor();
  assert.deepEqual(await barriers(page), []);
});

test('the register goes back from the screen that asks for the passphrase', async () => {
  await page.locator('[data-test=lock]').click();
  await page.locator('[data-test=restore-open]').click();
  await page.locator('[data-test=restore-choose]').first().click();
  assert.deepEqual(await barriers(page), []);
  await page.locator('[data-test=go-back-passphrase]').fill(district.passphrase);
  await page.locator('[data-test=go-back-sure]').click();
  await page.locator('[data-test=restored-open]').click();
  await page.locator('[role=grid]').waitFor();
  assert.ok(told('check').ok);
});

test('a new machine goes on from the backup on a stick', async () => {
  const home = join(folder(), 'may-moi');
  const fresh = await serve(home);
  try {
    const other = await pageOf(chrome, fresh.address);
    await other.locator('[data-test=restore-open]').click();
    await other.locator('[data-test=restore-file]').setInputFiles(saved);
    await other.locator('[data-test=go-back-passphrase]').fill(district.passphrase);
    assert.deepEqual(await barriers(other), []);
    await other.locator('[data-test=go-back-sure]').click();
    await other.locator('[data-test=restored-open]').click();
    await other.locator('[role=grid]').waitFor();
    await other.locator('[role=grid]').getByText('NV19').first().waitFor();
    assert.equal(chidao(home, ['check'], { passphrase: district.passphrase }).ok, true);
    await other.context().close();
  } finally {
    await fresh.stop();
  }
});
