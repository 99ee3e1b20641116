/** Input methods, against every text field of every screen: exactly what was typed stands there, and the field keeps the focus. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { browser, demonstration, pageOf, serve, settled, unlocked } from '../lib/program.mjs';
import { at, SCREENS } from '../lib/screens.mjs';
import { METHODS, PHRASE } from '../lib/telex.mjs';

const FIELDS = 'input:not([type]), input[type=text], input[type=search], textarea';

let chrome;
let homes;
const served = {};

before(async () => {
  chrome = await browser();
  homes = demonstration();
});
after(async () => {
  await chrome?.close();
  for (const one of Object.values(served)) await one.stop();
});

/** Types into a field by every method, and gives what went wrong, each as a line. */
async function typedInto(cdp, field) {
  const wrong = [];
  for (const [method, type] of Object.entries(METHODS)) {
    await field.evaluate((box) => {
      box.focus();
      box.select();
    });
    await cdp.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', key: 'Delete', code: 'Delete', windowsVirtualKeyCode: 46 });
    await cdp.send('Input.dispatchKeyEvent', { type: 'keyUp', key: 'Delete', code: 'Delete', windowsVirtualKeyCode: 46 });
    await type(cdp);
    const stands = await field.evaluate((box) => ({ value: box.value, focused: document.activeElement === box }));
    if (stands.value !== PHRASE) wrong.push(`${method}: "${stands.value}"`);
    if (!stands.focused) wrong.push(`${method}: the focus was lost`);
  }
  return wrong;
}

for (const side of ['district', 'province']) {
  test(`every field of the ${side} takes what input methods send`, async (t) => {
    const one = (served[side] = await serve(homes[side].path));
    const page = await pageOf(chrome, one.address);
    await unlocked(page, homes[side].passphrase);
    const cdp = await page.context().newCDPSession(page);
    let fields = 0;
    for (const screen of SCREENS.filter((candidate) => candidate.side === side)) {
      await t.test(screen.name, async () => {
        await at(page, '/tasks');
        await screen.go(page);
        await settled(page);
        const boxes = await page.locator(`main :is(${FIELDS}), [role=dialog] :is(${FIELDS})`).elementHandles();
        for (const box of boxes) {
          if (!(await box.isVisible()) || !(await box.isEditable())) continue;
          // Where three letters are all that fits, a number is meant.
          if (await box.evaluate((field, least) => field.maxLength >= 0 && field.maxLength < least, PHRASE.length)) continue;
          fields += 1;
          const name = await box.evaluate((field) => field.name || field.dataset.test || field.getAttribute('aria-label') || field.id || field.placeholder);
          assert.deepEqual(await typedInto(cdp, box), [], name);
        }
        await page.keyboard.press('Escape');
      });
    }
    assert.ok(fields > 10, `only ${fields} fields were found`);
    await t.test('the search box, while the list follows', async () => {
      await at(page, '/tasks');
      const box = await page.locator(`header :is(${FIELDS})`).first().elementHandle();
      assert.deepEqual(await typedInto(cdp, box), []);
      await settled(page);
      assert.equal(await box.evaluate((field) => field.value), PHRASE);
    });
    await page.context().close();
    await one.stop();
  });
}
