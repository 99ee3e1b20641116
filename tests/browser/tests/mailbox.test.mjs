import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { barriers } from '../lib/barriers.mjs';
import { browser, chidao, demonstration, folder, named, pageOf, serve, settled, unlocked } from '../lib/program.mjs';
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
  told(district, 'mailbox', 'add', 'Ổ mạng', named(share));
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
  await page.locator('[data-test=mailbox-path]').fill(named(join(share, 'khong-co')));
  await page.locator('[data-test=mailboxes] form input[type=checkbox]').uncheck();
  await page.locator('[data-test=mailbox-save]').click();
  await page.locator('.note.wrong').waitFor();
  await page.locator('[data-test=mailbox-path]').fill(named(share));
  await page.locator('[data-test=mailbox-save]').click();
  await page.getByText('Chưa đồng bộ lần nào.').waitFor();
  await page.locator('[data-test=mailbox-add]').click();
  await page.locator('[data-test=mailbox-name]').fill('Ổ mạng cũ');
  await page.locator('[data-test=mailbox-path]').fill(named(share));
  await page.locator('[data-test=mailbox-save]').click();
  await page.locator('.note.wrong', { hasText: 'Nơi này đã có trong danh sách, mang tên “Ổ mạng”' }).waitFor();
  await page.locator('[data-test=mailboxes] form').getByRole('button', { name: 'Thôi' }).click();
  await page.locator('[data-test=mailbox-sync]').click();
  await said().waitFor();
  assert.match(await said().innerText(), /lấy về 1 gói/);
  await settled(page);
  assert.equal(await page.locator('[data-test=mailbox-again]').count(), 0, 'nothing was refused');
  assert.equal(await page.locator('[data-test=mailbox-result].bad').count(), 0);
  assert.deepEqual(await barriers(page), []);
});

test('a bundle that stays damaged is counted, and is tried again when that is asked for', async () => {
  const before = readdirSync(share);
  told(district, 'task', 'set', 'NV20', 'lead', 'Phòng Tài chính');
  told(district, 'mailbox', 'sync');
  const came = join(share, readdirSync(share).find((name) => !before.includes(name)));
  const whole = readFileSync(came);
  writeFileSync(came, whole.subarray(0, whole.length - 40));
  // It may still be on its way: only what stays so is refused.
  const again = page.locator('[data-test=mailbox-again]');
  for (let i = 0; i < 3; i += 1) {
    assert.equal(await again.count(), 0);
    await page.locator('[data-test=mailbox-sync]').click();
    await said().waitFor({ state: 'detached' });
    await said().waitFor();
    await settled(page);
  }
  await page.locator('[data-test=mailbox-refused]').waitFor();
  await settled(page);
  assert.deepEqual(await barriers(page), []);
  writeFileSync(came, whole);
  await again.click();
  await page.locator('[data-test=mailbox-result]', { hasText: 'lấy về 1 gói' }).waitFor();
  await again.waitFor({ state: 'detached' });
  assert.equal(await page.locator('[data-test=mailbox-refused]').count(), 0);
});

/** A real WebDAV server over a folder, which knows one person. */
async function server(over) {
  const child = spawn('rclone', ['serve', 'webdav', over, '--addr', '127.0.0.1:0', '--config', '/dev/null', '--user', 'mai', '--pass', 'lúa chín'], { stdio: ['ignore', 'ignore', 'pipe'] });
  for await (const line of createInterface({ input: child.stderr })) {
    const started = /started on .*?(http:\/\/127\.0\.0\.1:\d+)/.exec(line);
    if (started) return { address: `${started[1]}/`, stop: () => child.kill() };
  }
  throw new Error('rclone ended at its start');
}

test('a WebDAV server is tried before it is kept, says what is wrong, and shows no password again', async () => {
  const dav = await server(share);
  try {
    await page.locator('[data-test=mailbox-add]').click();
    await page.locator('[data-test=mailbox-kind-webdav]').check();
    await page.locator('[data-test=mailbox-name]').fill('Máy chủ tỉnh');
    await page.locator('[data-test=mailbox-address]').fill(dav.address);
    await page.locator('[data-test=mailbox-user]').fill('mai');
    await page.locator('[data-test=mailbox-secret]').fill('sai rồi');
    await page.locator('[data-test=mailbox-by-itself]').uncheck();
    await settled(page);
    assert.deepEqual(await barriers(page), []);
    await page.locator('[data-test=mailbox-save]').click();
    await page.locator('.note.wrong', { hasText: 'không cho phép' }).waitFor();
    await page.locator('[data-test=mailbox-secret]').fill('lúa chín');
    await page.locator('[data-test=mailbox-save]').click();
    const row = page.locator('[data-test=mailbox]', { hasText: 'Máy chủ tỉnh' });
    await row.locator('[data-test=mailbox-sync]').click();
    await row.getByText('Đồng bộ xong lúc').waitFor();
    await row.locator('[data-test=mailbox-change]').click();
    assert.equal(await page.locator('[data-test=mailbox-secret]').inputValue(), '');
    await page.locator('[data-test=mailbox-save]').click();
    await page.getByText('Đã sửa “Máy chủ tỉnh”').waitFor();
    await row.locator('[data-test=mailbox-remove]').click();
    await page.locator('[data-test=mailbox-remove-yes]').click();
    await row.waitFor({ state: 'detached' });
  } finally {
    dav.stop();
  }
});

test('what came through the folder stands in the register, and removing asks first', async () => {
  await page.locator('[data-test=mailbox-remove]').click();
  await page.locator('[data-test=mailbox-remove-yes]').click();
  await page.getByText('Chưa có nơi để gói nào.').waitFor();
  await served.stop();
  assert.equal(told(province, 'task', 'show', 'NV19').row.lead, 'Phòng Nội vụ');
});
