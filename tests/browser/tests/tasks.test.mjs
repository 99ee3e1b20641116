import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { browser, chidao, demonstration, pageOf, serve, settled, unlocked } from '../lib/program.mjs';
import { at, task } from '../lib/screens.mjs';

let chrome;
let homes;
let served;
let page;

before(async () => {
  chrome = await browser();
  homes = demonstration();
  served = await serve(homes.district.path);
  page = await pageOf(chrome, served.address);
  await unlocked(page, homes.district.passphrase);
  await page.getByRole('row').nth(5).waitFor();
});
after(async () => {
  await chrome?.close();
  await served?.stop();
});

const grid = () => page.locator('[data-test=task-grid]');
const counted = async () => (await page.locator('[data-test=count]').innerText()).split(' ')[0];
async function shows(count) {
  await page.waitForFunction((text) => document.querySelector('[data-test=count]')?.textContent?.trim().startsWith(`${text} `), String(count));
}

test('the address no longer holds the token, and a reload stays inside', async () => {
  assert.ok(!page.url().includes('token'));
  await page.reload();
  await grid().waitFor();
  await shows(41);
});

test('the list tells its rows to a screen reader', async () => {
  assert.equal(await grid().getAttribute('aria-rowcount'), '42');
  await grid().focus();
  await page.keyboard.press('Home');
  const active = await grid().getAttribute('aria-activedescendant');
  const row = page.locator(`[id="${active}"]`);
  assert.equal(await row.getAttribute('aria-rowindex'), '2');
  assert.match(await row.innerText(), /NV01/);
});

test('keys go through the list, Enter opens, Escape goes back', async () => {
  await grid().focus();
  await page.keyboard.press('Home');
  for (let i = 0; i < 2; i += 1) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  const detail = page.locator('#task-detail');
  await detail.getByText('NV03', { exact: true }).waitFor();
  await page.keyboard.press('Escape');
  await detail.waitFor({ state: 'detached' });
  assert.equal(await grid().evaluate((element) => element === document.activeElement), true);
  await page.keyboard.press('End');
  await page.getByText('NV41', { exact: true }).waitFor();
});

test('search finds without diacritics, in capitals, and in decomposed letters', async () => {
  for (const [typed, code] of [['ho song soi', 'NV01'], ['HỒ SÔNG SỎI', 'NV01'], ['hồ sông sỏi'.normalize('NFD'), 'NV01'], ['cau go', 'NV03']]) {
    await page.keyboard.press('Control+f');
    await page.locator('[data-test=search]').fill(typed);
    await page.locator('[data-test=task-grid]').getByText(code, { exact: true }).waitFor();
    await page.waitForFunction(() => Number(document.querySelector('[data-test=count]')?.textContent?.split(' ')[0]) < 41);
  }
  await page.locator('[data-test=search]').press('Escape');
  await shows(41);
});

test('an input method that sends backspaces and letters leaves exact Vietnamese behind', async () => {
  const box = page.locator('[data-test=search]');
  await box.fill('');
  // Telex by Unikey: the letters typed, with what the hook injects.
  for (const keys of [['d'], ['Backspace', 'đ'], ['o'], ['Backspace', 'ô'], ['n'], [' '], ['d'], ['Backspace', 'đ'], ['o'], ['Backspace', 'ô'], ['c'], ['Backspace', 'Backspace', 'ố', 'c']]) {
    for (const key of keys) key.length > 1 ? await box.press(key) : await page.keyboard.insertText(key);
    // What stands in the box so far has been searched for, and the box is still as it was typed.
    await page.waitForFunction(() => (new URLSearchParams(location.hash.split('?')[1]).get('q') ?? '') === document.querySelector('[data-test=search]').value.trim());
  }
  assert.equal(await box.inputValue(), 'đôn đốc'.normalize('NFC'));
  await box.press('Escape');
  await shows(41);
});

test('filters stand in the address, can be taken off, and last through a reload', async () => {
  await page.locator('[data-test=filter-kinds]').click();
  await page.getByLabel('Kết luận', { exact: true }).check();
  await shows(10);
  await page.keyboard.press('Escape');
  assert.match(page.url(), /kind=conclusion/);
  await page.reload();
  await shows(10);
  await page.locator('[data-test=clear-filters]').click();
  await shows(41);
});

test('judged at two dates the same 41 tasks count differently', async () => {
  await at(page, '/tasks?asof=2017-05-31&class=open_overdue&done=0');
  await shows(0);
  await at(page, '/tasks?asof=2017-06-23&class=open_overdue&done=0');
  await shows(2);
  assert.match(await grid().innerText(), /NV14[\s\S]*quá hạn 18 ngày[\s\S]*NV26[\s\S]*quá hạn 7 ngày/);
  await at(page, '/tasks');
  await shows(41);
});

test('every value tells who set it; a change is made in place and taken back', async () => {
  await task(page, 'NV20');
  const fact = page.locator('[data-test=fact-lead]');
  const before = await fact.locator('.value').innerText();
  await fact.hover();
  await fact.getByRole('button', { name: /Ai ghi/ }).click();
  await page.getByText('Người ghi').waitFor();
  await page.keyboard.press('Escape');
  await fact.hover();
  await fact.getByRole('button', { name: /^Sửa/ }).click();
  await fact.getByRole('textbox').fill('Phòng Nội vụ');
  await page.keyboard.press('Enter');
  await fact.getByText('Phòng Nội vụ').waitFor();
  await page.locator('[data-test=undo]').click();
  await page.waitForFunction((text) => document.querySelector('[data-test=fact-lead] .value')?.textContent?.trim() === text, before.trim());
});

test('Enter that ends a composition does not send the field', async () => {
  await task(page, 'NV20');
  const fact = page.locator('[data-test=fact-lead]');
  await fact.hover();
  await fact.getByRole('button', { name: /^Sửa/ }).click();
  const box = fact.getByRole('textbox');
  await box.evaluate((element) => element.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, isComposing: true })));
  await box.evaluate((element) => {
    const event = new KeyboardEvent('keydown', { key: 'Enter', bubbles: true });
    Object.defineProperty(event, 'keyCode', { value: 229 });
    element.dispatchEvent(event);
  });
  assert.ok(await box.isVisible());
  await box.press('Escape');
  await box.waitFor({ state: 'detached' });
  assert.ok(await page.locator('#task-detail').isVisible());
});

test('a width that was chosen is remembered', async () => {
  await task(page, 'NV19');
  const divider = page.getByRole('separator');
  await divider.focus();
  const before = await divider.getAttribute('aria-valuenow');
  for (let i = 0; i < 3; i += 1) await page.keyboard.press('ArrowLeft');
  const wider = await divider.getAttribute('aria-valuenow');
  assert.ok(Number(wider) > Number(before));
  await page.reload();
  await divider.waitFor();
  assert.equal(await divider.getAttribute('aria-valuenow'), wider);
});

test('what is being written survives the death of the program, photo and all', async () => {
  await task(page, 'NV19');
  await page.locator('[data-test=report]').click();
  const form = page.locator('[data-test=report-form]');
  await form.locator('[name=percent]').fill('80');
  await form.locator('[name=note]').fill('Đã tập huấn cho 21/21 xã, thị trấn');
  await form.locator('[data-test=draft-kept]').waitFor();
  await served.stop('SIGKILL');
  served = await serve(homes.district.path);
  await page.goto('about:blank');
  await page.goto(served.address);
  await unlocked(page, homes.district.passphrase);
  await task(page, 'NV19');
  await page.locator('[data-test=report]').click();
  await form.locator('[data-test=draft-drop]').waitFor();
  assert.equal(await form.locator('[name=note]').inputValue(), 'Đã tập huấn cho 21/21 xã, thị trấn');
  assert.equal(await form.locator('[name=percent]').inputValue(), '80');
});

test('a report with a photo of 5 MB is recorded, shown, and told by the history', async () => {
  const form = page.locator('[data-test=report-form]');
  const photo = Buffer.alloc(5 << 20, 7);
  // The smallest picture that is one, and then what makes it heavy.
  Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64').copy(photo);
  await form.locator('[data-test=files]').setInputFiles({ name: 'hiện trường.png', mimeType: 'image/png', buffer: photo });
  await form.locator('[data-test=handed]').waitFor();
  await page.locator('[data-test=report-save]').click();
  const entry = page.locator('[data-test=report-entry]').first();
  await entry.getByText('80%').waitFor();
  await entry.getByText('Đã tập huấn cho 21/21 xã').waitFor();
  await entry.locator('img').waitFor();
  await entry.locator('[data-test=attachment]').click();
  await page.getByRole('dialog').locator('img').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('tab').nth(3).click();
  await page.locator('[data-test=history-act]').first().getByText('80%').waitFor();
  await page.locator('[data-test=history-act]').filter({ hasText: '65%' }).last().waitFor();
  // The draft is gone with the report.
  await page.locator('[data-test=report]').click();
  await form.waitFor();
  await settled(page);
  assert.equal(await form.locator('[name=note]').inputValue(), '');
});

test('nothing that was asked for was refused by the page or the program', () => {
  assert.deepEqual(page.complaints.filter((told) => !/ERR_CONNECTION|net::/.test(told)), []);
});

test('the program tells the same from the terminal', async () => {
  await served.stop();
  const told = chidao(homes.district.path, ['task', 'show', 'NV19'], { passphrase: homes.district.passphrase });
  assert.equal(told.row.percent, 80);
  assert.equal(told.reports[0].attachments[0].size, 5 << 20);
  served = await serve(homes.district.path);
});
