/**
 * Takes a picture of every screen from the running program, in Vietnamese, at 1366×768 in light and dark and at 125% of
 * it. All of them go to tests/out/pictures, to be looked at; those that the README shows go small to CHIDAO_PICTURES.
 * Words after the command take only the screens whose names begin so.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { small } from './lib/picture.mjs';
import { browser, demonstration, pageOf, SCALED, SCREEN, serve, settled, unlocked } from './lib/program.mjs';
import { at, SCREENS } from './lib/screens.mjs';
import { entered, STATES } from './lib/states.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const all = join(root, 'tests/out/pictures');
const shown = process.env.CHIDAO_PICTURES ?? join(root, 'ui/pictures');
const words = process.argv.slice(2);
const wanted = (name) => words.length === 0 || words.some((word) => name.startsWith(word));
mkdirSync(all, { recursive: true });
mkdirSync(shown, { recursive: true });

let taken = 0;

async function take(page, name, readme = false) {
  if (!wanted(name)) return;
  // Notes that pass, and a pointer that hovers, belong to no screen.
  await page.mouse.move(0, 0);
  await page.evaluate(() => { if (document.activeElement?.matches('a, button, [role=grid]')) document.activeElement.blur(); });
  for (const [ending, size, colorScheme] of [['', SCREEN, 'light'], ['-dark', SCREEN, 'dark'], ['-125', SCALED, 'light']]) {
    await page.setViewportSize(size);
    await page.emulateMedia({ colorScheme });
    await settled(page);
    const picture = await page.screenshot({ animations: 'disabled', caret: 'hide' });
    writeFileSync(join(all, `${name}${ending}.png`), picture);
    if (readme && ending === '') writeFileSync(join(shown, `${name}.png`), small(picture));
    taken += 1;
  }
  await page.setViewportSize(SCREEN);
  await page.emulateMedia({ colorScheme: 'light' });
  await settled(page);
}

const chrome = await browser();
const homes = demonstration();
try {
  for (const side of ['district', 'province']) {
    const screens = SCREENS.filter((screen) => screen.side === side && wanted(screen.name));
    if (screens.length === 0) continue;
    const served = await serve(homes[side].path);
    const page = await pageOf(chrome, served.address);
    await unlocked(page, homes[side].passphrase);
    for (const screen of screens) {
      await at(page, '/tasks');
      await screen.go(page);
      await take(page, screen.name, screen.picture);
      await page.keyboard.press('Escape');
    }
    await page.context().close();
    await served.stop();
  }
  for (const state of STATES.filter((one) => one.steps.some(([name]) => wanted(name)))) {
    const home = state.demo ? homes[state.demo] : { path: state.make() };
    const served = await serve(home.path);
    const page = await pageOf(chrome, served.address, { acceptDownloads: true });
    await entered(page, { ...state, passphrase: home.passphrase });
    for (const [name, go] of state.steps) {
      await go(page, homes);
      await settled(page);
      await take(page, name);
    }
    await page.context().close();
    await served.stop();
  }
} finally {
  await chrome.close();
}
console.log(`${taken} pictures in ${all}`);
