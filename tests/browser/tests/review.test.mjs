import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { barriers } from '../lib/barriers.mjs';
import { browser, chidao, demonstration, folder, pageOf, serve, settled, unlocked } from '../lib/program.mjs';
import { at } from '../lib/screens.mjs';

let chrome;
let served;
let page;
let province;
let district;

const told = (office, ...words) => chidao(office.path, words, { passphrase: office.passphrase });
const handed = (from, unit, to) => {
  const file = told(from, 'bundle', 'export', '--to', unit, '--out', folder()).path;
  return told(to, 'bundle', 'import', file);
};

before(async () => {
  ({ province, district } = demonstration());
  const kept = join(folder(), 'ban-sao');
  cpSync(district.path, kept, { recursive: true });
  told(district, 'task', 'set', 'NV19', 'lead', 'Phòng Nội vụ');
  told(district, 'task', 'set', 'NV20', 'lead', 'Phòng Y tế');
  told(province, 'task', 'set', 'NV19', 'lead', 'Phòng Tư pháp');
  told(province, 'task', 'set', 'NV20', 'lead', 'Thanh tra huyện');
  handed(district, 'H02', province);
  // Somebody puts an old copy back over the folder and goes on: two stories under one name.
  rmSync(district.path, { recursive: true });
  cpSync(kept, district.path, { recursive: true });
  told(district, 'task', 'set', 'NV21', 'lead', 'Phòng Giáo dục và Đào tạo');
  handed(district, 'H02', province);
  chrome = await browser();
  served = await serve(province.path);
  page = await pageOf(chrome, served.address);
  await unlocked(page, province.passphrase);
});
after(async () => {
  await chrome?.close();
  await served?.stop();
});

const cards = () => page.locator('[data-test=conflicts] section');
const shownLead = (office, code) => told(office, 'task', 'show', code).row.lead;

test('a conflict shows both values and is settled with one of them, and another with a third', async () => {
  await at(page, '/conflicts');
  await cards().nth(1).waitFor();
  assert.equal(await cards().count(), 2);
  assert.deepEqual(await barriers(page), []);
  const one = cards().filter({ hasText: 'NV19' });
  for (const office of ['Phòng Nội vụ', 'Phòng Tư pháp']) await one.getByText(office).waitFor();
  await one.locator('li').filter({ hasText: 'Phòng Nội vụ' }).locator('[data-test=keep]').click();
  await page.getByText('NV19: đã chọn').waitFor();
  assert.equal(await cards().count(), 1);
  await page.locator('[data-test=third]').fill('Văn phòng HĐND và UBND');
  await page.locator('[data-test=write-third]').click();
  await page.getByText('Không có xung đột nào.').waitFor();
});

test('a copied folder is told in plain words, and nothing of either branch is lost', async () => {
  await at(page, '/quarantine');
  const incident = page.locator('[data-test=incident]');
  await incident.waitFor();
  assert.match(await incident.innerText(), /Hai máy cùng ghi dưới tên/);
  assert.equal(await incident.locator('li').count(), 2);
  await settled(page);
  assert.deepEqual(await barriers(page), []);
  await served.stop();
  assert.equal(shownLead(province, 'NV21'), 'Phòng Giáo dục và Đào tạo');
});

test('what was settled in the page travels as any change does', () => {
  handed(province, 'H02.15', district);
  assert.equal(shownLead(district, 'NV19'), 'Phòng Nội vụ');
  assert.equal(shownLead(district, 'NV20'), 'Văn phòng HĐND và UBND');
  assert.deepEqual(told(district, 'conflicts').rows, []);
});
