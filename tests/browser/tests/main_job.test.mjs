/**
 * The main job between two real programs, a unit's and the province's, as two people do it in their windows: register,
 * take in, enrol, report, inspect, recommend, answer. The steps follow one another; each begins where the last ended.
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Office } from '../lib/office.mjs';
import { browser } from '../lib/program.mjs';
import { LIST, task } from '../lib/screens.mjs';

const NOW = '2017-06-23T14:00:00+07:00';
const EXPECTED = JSON.parse(readFileSync(new URL('../../story/data/sample_41_expected.json', import.meta.url), 'utf8'));

let chrome;
let unit;
let province;

before(async () => {
  chrome = await browser();
  [unit, province] = await Promise.all([Office.fresh(chrome, NOW), Office.fresh(chrome, NOW)]);
});
after(async () => {
  await chrome?.close();
  await unit?.served.stop();
  await province?.served.stop();
});

/** The smallest picture that is one, made heavier and told from others by what follows it. */
function photo(name, told, size = 200_000) {
  const buffer = Buffer.alloc(size, told);
  Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64').copy(buffer);
  return { name, mimeType: 'image/png', buffer };
}

/** What the official tables say of a date, in the names of the page. */
function expected(date) {
  const told = EXPECTED[date];
  return {
    total: told.tong,
    done: told.ht_dung_han + told.ht_qua_han,
    done_on_time: told.ht_dung_han,
    done_late: told.ht_qua_han,
    open: told.chua_trong_han + told.chua_qua_han + told.chua_khong_han,
    open_in_time: told.chua_trong_han,
    open_overdue: told.chua_qua_han,
    open_without_deadline: told.chua_khong_han,
  };
}

test('both offices register themselves', async () => {
  await unit.begin({ edition: 'unit', unit: 'UBND huyện Yên Thế', code: 'H02.15', person: 'Hoàng Thị Mai', title: 'Chuyên viên Văn phòng' });
  await province.begin({ edition: 'province', unit: 'Văn phòng UBND tỉnh Bắc Giang', code: 'H02', person: 'Nguyễn Đức Đăng', title: 'Chánh Văn phòng UBND tỉnh' });
});

test('the unit takes in its 41 tasks before it is enrolled; the same list again brings nothing new', async () => {
  const { page } = unit;
  await unit.at('/take-in');
  await page.locator('[data-test=list]').setInputFiles(LIST);
  await page.locator('[data-test=take-in]').filter({ hasText: '41' }).click();
  await page.locator('[data-test=taken-in]').filter({ hasText: '41' }).waitFor();
  await unit.at('/tasks');
  await unit.at('/take-in');
  await page.locator('[data-test=list]').setInputFiles(LIST);
  await page.getByText('nhận lại không làm thay đổi gì').waitFor();
  assert.equal(await page.locator('[data-test=take-in]').count(), 0);
});

test('they enrol: request, approval, answer, one code read out; a wrong code is refused', async () => {
  await unit.at('/bundles');
  const request = await unit.saves(() => unit.page.locator('[data-test=enrol-request]').click());
  await province.at('/units');
  await province.page.locator('[data-test=request-file]').setInputFiles(request);
  await province.page.locator('[data-test=request]').filter({ hasText: 'UBND huyện Yên Thế' }).filter({ hasText: 'Hoàng Thị Mai' }).waitFor();
  const answer = await province.saves(() => province.page.locator('[data-test=approve]').click());
  const codeOf = async ({ page }) => (await page.locator('[data-test=enrolment-code] span').allInnerTexts()).join(' ');
  await unit.takes(answer);
  await unit.page.locator('[data-test=enrolment-code]').waitFor();
  const code = await codeOf(unit);
  assert.match(code, /^\d{4}( \d{4}){7}$/);
  assert.equal(await codeOf(province), code);

  await unit.page.locator('[data-test=code-typed]').fill(code.replace(/\d$/, (digit) => String((Number(digit) + 1) % 10)));
  await unit.page.locator('[data-test=code-confirm]').click();
  await unit.page.getByRole('alert').filter({ hasText: 'khác mã trên màn hình' }).waitFor();
  for (const office of [unit, province]) {
    await office.page.locator('[data-test=code-typed]').fill(code);
    await office.page.locator('[data-test=code-confirm]').click();
    await office.page.locator('[data-test=code-typed]').waitFor({ state: 'detached' });
  }
});

test('what is being reported survives a flat battery, photo and all, and is recorded', async () => {
  await task(unit.page, 'NV19');
  await unit.page.locator('[data-test=report]').click();
  let form = unit.page.locator('[data-test=report-form]');
  await form.locator('[name=percent]').fill('65');
  await form.locator('[name=note]').fill('21/21 xã, thị trấn đã dùng chữ ký số.');
  await form.locator('[name=difficulty]').fill('Đường truyền tại xã Đồng Hưu chưa ổn định.');
  await form.locator('[data-test=files]').setInputFiles(photo('hội nghị tập huấn.png', 1, 5 << 20));
  await form.locator('[data-test=handed]').waitFor();
  await form.locator('[data-test=draft-kept]').waitFor();

  await unit.dies();
  await task(unit.page, 'NV19');
  await unit.page.locator('[data-test=report]').click();
  form = unit.page.locator('[data-test=report-form]');
  await form.locator('[data-test=draft-drop]').waitFor();
  assert.equal(await form.locator('[name=percent]').inputValue(), '65');
  assert.equal(await form.locator('[name=note]').inputValue(), '21/21 xã, thị trấn đã dùng chữ ký số.');
  await form.locator('[data-test=handed] img').waitFor();

  await form.locator('[data-test=report-save]').click();
  const entry = unit.page.locator('[data-test=report-entry]').first();
  await entry.getByText('65%').waitFor();
  await entry.locator('img').waitFor();
});

let first;

test('the bundle is refused in words when a byte of it is changed, taken in once, and changes nothing again', async () => {
  first = await unit.exports();
  const bytes = readFileSync(first);
  bytes[Math.floor(bytes.length / 2)] ^= 1;
  const changed = join(unit.carried, 'hong.chidao');
  writeFileSync(changed, bytes);
  assert.match(await province.takes(changed), /Không nhận gói\s+Gói bị hỏng trên đường đi\. Sổ không thay đổi/);
  await province.at('/tasks');
  await province.page.locator('[data-test=no-tasks]').waitFor();

  assert.match(await province.takes(first), /Đã nhận[\s\S]*UBND huyện Yên Thế/);
  assert.match(await province.takes(first), /Không có gì thay đổi/);
  await task(province.page, 'NV19');
  await province.page.getByRole('tab').nth(1).click();
  await province.page.locator('[data-test=report-entry]').filter({ hasText: '65%' }).locator('img').waitFor();
  await province.at('/bundles');
  const journal = province.page.locator('[data-test=journal] tbody tr');
  assert.equal(await journal.filter({ hasText: 'Từ chối' }).count(), 1);
});

test('the totals are the official ones on both sides, at both dates', async () => {
  for (const date of ['2017-05-31', '2017-06-23']) {
    const asOf = date.split('-').reverse().join('/');
    assert.deepEqual(await unit.totals(asOf), expected(date));
    assert.deepEqual(await province.totals(asOf), expected(date));
  }
});

test('the province inspects on site without a network; the battery dies over the sheet and nothing is lost', async () => {
  await province.at('/inspections');
  await province.page.locator('[data-test=inspection-new]').click();
  for (const code of ['NV14', 'NV26']) await province.page.locator(`[data-test=choose-${code}]`).check();
  await province.page.locator('[data-test=inspection-place]').fill('Trụ sở UBND huyện Yên Thế');
  await province.page.locator('[data-test=inspection-save]').click();
  await province.page.locator('[data-test=line-NV26]').click();
  await province.page.locator('[data-test=reported]').fill('70');
  await province.page.locator('[data-test=found]').fill('50');
  await province.page.locator('[data-test=finding-note]').fill('Mới phát dọn xong một nửa chiều dài đường băng cản lửa.');
  await province.page.locator('[data-test=photos]').setInputFiles([photo('băng cản lửa 1.png', 2), photo('băng cản lửa 2.png', 3)]);
  await province.page.locator('.sheet img').nth(1).waitFor();
  await province.page.locator('[data-test=draft-kept]').waitFor();

  await province.dies();
  await province.at('/inspections');
  await province.page.locator('[data-test=inspections] a').click();
  await province.page.locator('[data-test=line-NV26]').click();
  await province.page.locator('[data-test=draft-drop]').waitFor();
  assert.equal(await province.page.locator('[data-test=found]').inputValue(), '50');
  await province.page.locator('.sheet img').nth(1).waitFor();
  await province.page.locator('[data-test=record]').click();
  await province.page.locator('[data-test=line-NV26]').filter({ hasText: '70% → 50%' }).waitFor();
});

test('a negative finding is not closed before its four fields are filled in', async () => {
  const { page } = province;
  await page.locator('[data-test=line-NV14]').click();
  await page.locator('[data-test=found]').fill('0');
  await page.locator('[data-test=negative]').check();
  await page.getByText('Còn thiếu', { exact: false }).waitFor();
  await page.locator('[data-test=record-stay]').click();
  await page.locator('[data-test=inspection-end]').click();
  await page.getByRole('status').filter({ hasText: 'bắt buộc' }).waitFor();
  assert.equal(await page.locator('[data-test=inspection-end-now]').count(), 0);
  for (const [field, text] of [['nature', 'Chậm thực hiện'], ['degree', 'Quá hạn 18 ngày'], ['cause', 'Chưa phân công người thực hiện'], ['responsibility', 'Phòng Tư pháp']]) await page.locator(`[data-test=${field}]`).fill(text);
  await page.locator('[data-test=record-stay]').click();
  await page.locator('[data-test=inspection-end-now]').waitFor();
});

test('the unit sees the findings, cannot change them, and adds its recommendations to the inspection', async () => {
  assert.match(await unit.takes(await province.exports()), /Đã nhận/);
  const { page } = unit;
  await unit.at('/inspections');
  await page.locator('[data-test=inspections] a').click();
  await page.locator('[data-test=line-NV26]').click();
  await page.locator('.sheet img').nth(1).waitFor();
  assert.equal(await page.locator('[data-test=found]').isDisabled(), true);
  assert.equal(await page.locator('[data-test=record]').count(), 0);
  await page.getByRole('tab').nth(1).click();
  for (const [content, tasks] of [['Đề nghị hỗ trợ máy phát dọn đường băng cản lửa.', 'NV26'], ['Đề nghị bố trí bổ sung vốn bồi thường, giải phóng mặt bằng.', 'NV01, NV02']]) {
    await page.locator('[data-test=recommendation-new]').click();
    await page.locator('[data-test=recommendation-content]').fill(content);
    await page.locator('[data-test=recommendation-addressee]').fill('UBND tỉnh');
    await page.locator('[data-test=recommendation-tasks]').fill(tasks);
    await page.locator('[data-test=recommendation-save]').click();
    await page.locator('[data-test=recommendations]').getByText(content).waitFor();
  }
});

test('the province answers; the unit reads the answer, and both hold the same', async () => {
  assert.match(await province.takes(await unit.exports()), /Đã nhận[\s\S]*kiến nghị/i);
  await province.at('/recommendations');
  await province.page.locator('[data-test=answer-KN01]').click();
  await province.page.locator('[data-test=answer-text]').fill('Giao Sở Nông nghiệp và PTNT cấp 02 máy trước ngày 15/7/2017.');
  await province.page.locator('[data-test=answer-document]').fill('9101/UBND-NN');
  await province.page.locator('[data-test=answer-save]').click();
  await province.page.locator('[data-test=recommendations]').getByText('9101/UBND-NN').waitFor();

  const told = await unit.takes(await province.exports());
  assert.match(told, /Đã nhận/);
  await unit.at('/recommendations');
  const rows = unit.page.locator('[data-test=recommendations]');
  await rows.getByText('Giao Sở Nông nghiệp và PTNT cấp 02 máy').waitFor();
  await rows.getByText('Đã tiếp nhận').waitFor();

  assert.match(await province.takes(await unit.exports()), /Số liệu[\s\S]*✓/);
  assert.deepEqual(await unit.totals('23/06/2017'), await province.totals('23/06/2017'));
  for (const office of [unit, province]) {
    await office.at('/settings');
    await office.page.locator('[data-test=check]').click();
    await office.page.locator('[data-test=check-report]').filter({ hasText: '✓' }).waitFor();
    assert.deepEqual(office.page.complaints.filter((one) => !/net::/.test(one)), []);
  }
});
