import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { barriers } from '../lib/barriers.mjs';
import { browser, demonstration, pageOf, SCALED, SCREEN, serve, settled, unlocked } from '../lib/program.mjs';
import { at, SCREENS } from '../lib/screens.mjs';

let chrome;
const homes = {};
const served = {};

before(async () => {
  chrome = await browser();
  Object.assign(homes, demonstration());
});
after(async () => {
  await chrome?.close();
  for (const one of Object.values(served)) await one.stop();
});

for (const dark of [false, true]) {
  for (const side of ['district', 'province']) {
    test(`no screen of the ${side} has barriers, ${dark ? 'dark' : 'light'}`, async (t) => {
      const one = (served[`${side}${dark}`] = await serve(homes[side].path));
      const page = await pageOf(chrome, one.address, { dark });
      await unlocked(page, homes[side].passphrase);
      for (const screen of SCREENS.filter((candidate) => candidate.side === side)) {
        await t.test(screen.name, async () => {
          await at(page, '/tasks');
          await screen.go(page);
          await settled(page);
          assert.deepEqual(await barriers(page), []);
          await page.keyboard.press('Escape');
        });
      }
      assert.deepEqual(page.complaints, []);
      await page.context().close();
      await one.stop();
    });
  }
}

test('no screen is wider than the window, at 1366×768 and at 125% of it', async () => {
  const one = (served.wide = await serve(homes.district.path));
  const page = await pageOf(chrome, one.address);
  await unlocked(page, homes.district.passphrase);
  for (const size of [SCREEN, SCALED]) {
    await page.setViewportSize(size);
    for (const screen of SCREENS.filter((candidate) => candidate.side === 'district')) {
      await at(page, '/tasks');
      await screen.go(page);
      await settled(page);
      const wide = await page.evaluate(() => {
        const main = document.querySelector('main');
        return { page: document.documentElement.scrollWidth - innerWidth, main: main ? main.scrollWidth - main.clientWidth : 0 };
      });
      assert.deepEqual(wide, { page: 0, main: 0 }, `${screen.name} at ${size.width}`);
      await page.keyboard.press('Escape');
    }
  }
});
