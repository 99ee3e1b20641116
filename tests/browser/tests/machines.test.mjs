import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { join } from 'node:path';
import { barriers } from '../lib/barriers.mjs';
import { browser, chidao, demonstration, folder, pageOf, serve, unlocked } from '../lib/program.mjs';
import { at } from '../lib/screens.mjs';

const PASSPHRASE = 'lua chin vang dong';

let chrome;
let served;
let page;
let second;
let joining;

before(async () => {
  const { district } = demonstration();
  chrome = await browser();
  served = await serve(district.path);
  page = await pageOf(chrome, served.address, { acceptDownloads: true });
  await unlocked(page, district.passphrase);
  second = await serve(join(folder(), 'may-hai'));
  joining = await pageOf(chrome, second.address, { acceptDownloads: true });
});
after(async () => {
  await chrome?.close();
  await served?.stop();
  await second?.stop();
});

/** What a button hands to the person, kept under its own name. */
async function saved(from, button) {
  const [download] = await Promise.all([from.waitForEvent('download'), from.locator(button).click()]);
  const path = join(folder(), download.suggestedFilename());
  await download.saveAs(path);
  return path;
}

test('a second machine joins its unit with two files and a code', async () => {
  await joining.locator('[data-test=join]').click();
  assert.deepEqual(await barriers(joining), []);
  await joining.locator('[name=person_name]').fill('Trần Văn Hùng');
  await joining.locator('[name=device_name]').fill('YENTHE-VP-07');
  await joining.locator('[name=passphrase]').fill(PASSPHRASE);
  await joining.locator('[name=again]').fill(PASSPHRASE);
  const request = await saved(joining, '[data-test=join-ask]');
  await joining.locator('[data-test=joining]').waitFor();
  assert.deepEqual(await barriers(joining), []);

  await at(page, '/settings');
  // Who asks is seen first, and nothing is done until somebody says yes.
  await page.locator('[data-test=join-request]').setInputFiles(request);
  const asks = page.locator('[data-test=machine-asks]');
  await asks.waitFor();
  assert.deepEqual(await barriers(page), []);
  await asks.getByRole('button', { name: 'Thôi' }).click();
  assert.equal(await page.locator('[data-test=machine-approved]').count(), 0);
  await page.locator('[data-test=join-request]').setInputFiles(request);
  const [answered] = await Promise.all([page.waitForEvent('download'), page.locator('[data-test=machine-accept]').click()]);
  const answer = join(folder(), answered.suggestedFilename());
  await answered.saveAs(answer);
  const code = (await page.locator('[data-test=machine-code]').innerText()).trim();
  await page.locator('[data-test=machines] tbody').filter({ hasText: 'YENTHE-VP-07' }).waitFor();

  await joining.locator('[data-test=join-answer]').setInputFiles(answer);
  await joining.locator('[data-test=join-code]').fill(code.startsWith('0') ? '111 111' : '000 000');
  await joining.locator('[data-test=join-accept]').click();
  await joining.locator('[data-test=joining] [role=alert]').waitFor();
  await joining.locator('[data-test=join-code]').fill(code);
  await joining.locator('[data-test=join-accept]').click();
  await joining.getByRole('navigation').first().waitFor();
  assert.match(await joining.locator('body').innerText(), /UBND huyện Yên Thế/);

  // Its register is empty still, and it is told how that is filled.
  await at(joining, '/tasks');
  await joining.locator('[data-test=no-tasks-joined]').waitFor();
  assert.deepEqual(await barriers(joining), []);
  await joining.locator('[data-test=no-tasks] button').click();
  await at(page, '/bundles');
  await page.locator('[data-test=send]').getByLabel('Gửi cho').selectOption('Các máy khác của đơn vị');
  const bundle = await saved(page, '[data-test=export]');
  await joining.locator('input[type=file][data-test=bundle]').setInputFiles(bundle);
  await joining.locator('[data-test=outcome]').waitFor();
  await at(joining, '/tasks');
  await joining.locator('[data-test=task-grid] [role=row]').nth(1).waitFor();
  await at(page, '/settings');
});

test('a machine that was lost is revoked, with a reason, after what it means was read', async () => {
  const machine = page.locator('[data-test=machines] tbody').filter({ hasText: 'YENTHE-VP-07' });
  await machine.locator('[data-test=revoke]').click();
  await page.locator('[data-test=revoke-reason]').fill('Mất máy trên đường công tác');
  assert.deepEqual(await barriers(page), []);
  await page.locator('[data-test=revoke-sure]').click();
  await machine.getByText('đã thu hồi').waitFor();
  assert.equal(await machine.locator('[data-test=revoke]').count(), 0);
});

test('this machine does not offer to revoke itself', async () => {
  const here = page.locator('[data-test=machines] tbody').filter({ hasText: 'máy này' });
  assert.equal(await here.count(), 1);
  assert.equal(await here.locator('[data-test=revoke]').count(), 0);
});

test('a code that was confirmed at one machine of an office is not asked for at the other', async () => {
  const desk = folder();
  const home = (name) => join(desk, name);
  const does = (name, ...words) => chidao(home(name), words, { passphrase: PASSPHRASE });
  does('tinh', 'init', '--edition', 'province', '--unit', 'Văn phòng UBND tỉnh Bắc Giang', '--code', 'H02', '--person', 'Nguyễn Đức Đăng', '--title', 'Chánh Văn phòng');
  does('huyen', 'init', '--edition', 'unit', '--unit', 'UBND huyện Yên Thế', '--code', 'H02.15', '--person', 'Hoàng Thị Mai', '--title', 'Chuyên viên');
  does('may-hai', 'join', 'request', '--person', 'Trần Văn Hùng', '--device', 'YENTHE-VP-07', '--out', home('may.chidao-request'));
  const machine = does('huyen', 'devices', 'approve', home('may.chidao-request'), '--out', desk);
  does('may-hai', 'join', 'accept', machine.path, '--code', machine.code);
  does('huyen', 'enrol', 'request', '--out', home('ghi-danh.chidao-request'));
  const { path, code } = does('tinh', 'enrol', 'approve', home('ghi-danh.chidao-request'), '--out', desk);
  does('huyen', 'bundle', 'import', path);
  const toOther = () => does('huyen', 'bundle', 'export', '--to', 'H02.15', '--out', desk).path;
  does('may-hai', 'bundle', 'import', toOther());
  does('huyen', 'enrol', 'confirm', code);
  const bundle = toOther();

  const other = await serve(home('may-hai'));
  try {
    const looking = await pageOf(chrome, other.address);
    await unlocked(looking, PASSPHRASE);
    await looking.getByText('Chưa đối mã với cấp trên').waitFor();
    await at(looking, '/bundles');
    await looking.locator('input[type=file][data-test=bundle]').setInputFiles(bundle);
    await looking.locator('[data-test=outcome]').getByText('Mã với Văn phòng UBND tỉnh Bắc Giang đã được xác nhận ở máy khác của cơ quan').waitFor();
    await looking.getByText('Chưa đối mã với cấp trên').waitFor({ state: 'detached' });
    assert.deepEqual(await barriers(looking), []);
    assert.deepEqual(looking.complaints, []);
  } finally {
    await other.stop();
  }
});
