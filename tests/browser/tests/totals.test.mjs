import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { browser, chidao, demonstration, pageOf, serve, unlocked } from '../lib/program.mjs';
import { at } from '../lib/screens.mjs';

let chrome;
let served;
let page;

before(async () => {
  chrome = await browser();
  const { province } = demonstration();
  // One deadline is moved: late by the original, in time by the current one.
  chidao(province.path, ['task', 'set', 'NV14', 'deadline', '2017-12-31'], { passphrase: province.passphrase });
  served = await serve(province.path);
  page = await pageOf(chrome, served.address);
  await unlocked(page, province.passphrase);
});
after(async () => {
  await chrome?.close();
  await served?.stop();
});

/** What the page of totals says, as of a date and by a deadline: each number's name, the number, and where it leads. */
async function told(asOf, by) {
  await at(page, '/tasks');
  await at(page, '/totals');
  const box = page.locator('[data-test=totals-as-of]');
  await box.fill(asOf);
  await box.press('Tab');
  await page.locator('[data-test=totals-base]').selectOption(by);
  await page.locator('[data-test=totals-heading]').filter({ hasText: new RegExp(`tính đến ngày ${asOf}${by === 'original' ? ', theo hạn gốc' : ''}$`) }).waitFor();
  return page.locator('main a[href^="#/tasks"]').evaluateAll((links) => links.map((link) => ({ name: link.getAttribute('aria-label'), number: Number(link.textContent.replace(/\D/g, '')), href: link.getAttribute('href') })));
}

for (const asOf of ['31/05/2017', '23/06/2017']) {
  for (const by of ['current', 'original']) {
    test(`every number as of ${asOf} by the ${by} deadline opens a list of just so many tasks`, async () => {
      const numbers = await told(asOf, by);
      assert.ok(numbers.length > 15, `${numbers.length} numbers`);
      for (const { name, number, href } of numbers) {
        await at(page, href.slice(1));
        const found = (await page.locator('[data-test=count]').innerText()).split(' ')[0];
        assert.equal(Number(found), number, `${name} ${href}`);
      }
    });
  }
}

test('an extension hides from the totals what is late by the original deadline, and the list by it shows the original', async () => {
  const late = (numbers) => numbers.find(({ name }) => name.startsWith('Chưa hoàn thành, Quá hạn'))?.number ?? 0;
  const current = late(await told('23/06/2017', 'current'));
  const numbers = await told('23/06/2017', 'original');
  assert.equal(late(numbers), current + 1);
  await at(page, numbers.find(({ name }) => name.startsWith('Đã gia hạn')).href.slice(1));
  await page.getByRole('row').filter({ hasText: /NV14[\s\S]*05\/06\/2017[\s\S]*quá hạn 18 ngày/ }).waitFor();
  assert.deepEqual(page.complaints, []);
});
