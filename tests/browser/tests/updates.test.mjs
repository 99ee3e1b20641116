import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { copyFileSync, existsSync, mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

// The program as it is carried about: it installs updates by itself.
const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const built = process.env.CHIDAO_BIN ?? join(root, 'target/debug/chidao');
const carried = mkdtempSync(join(tmpdir(), 'chidao-carried-'));
process.env.CHIDAO_BIN = join(carried, basename(built));
copyFileSync(built, process.env.CHIDAO_BIN);
writeFileSync(join(carried, 'portable.txt'), '');

const { barriers } = await import('../lib/barriers.mjs');
const { WINDOWS, browser, chidao, demonstration, folder, pageOf, serve, settled, unlocked } = await import('../lib/program.mjs');
const { at } = await import('../lib/screens.mjs');

// Under Wine the program lies elsewhere than what starts it: there its updates are told from the terminal.
if (!WINDOWS) {
  let chrome;
  let served;
  let page;
  let district;
  let update;

  before(async () => {
    ({ district } = demonstration());
    const stick = folder();
    const setup = join(stick, 'so-chi-dao-0.2.0-usb.zip');
    // It is not unpacked here: what is in it is the terminal's story.
    writeFileSync(setup, 'zip');
    const platform = { linux: 'linux', win32: 'windows', darwin: 'macos' }[process.platform];
    const machine = { x64: 'x86_64', arm64: 'aarch64' }[process.arch];
    update = chidao(district.path, [
      'update', 'pack', setup, '--key', join(root, 'tests/story/data/update-test.key'), '--of-version', '0.2.0', '--platform', `${platform}-${machine}`, '--kind', 'portable',
      '--news-vi', 'Cập nhật chương trình không cần mạng.\nMở sổ nhanh hơn.', '--news-en', 'Updates without a network.', '--out', stick,
    ]).saved;
    chrome = await browser();
    served = await serve(district.path);
    page = await pageOf(chrome, served.address);
    await unlocked(page, district.passphrase);
  });
  after(async () => {
    await chrome?.close();
    await served?.stop();
    rmSync(carried, { recursive: true, force: true });
  });

  test('a file that the maker did not sign is refused in words', async () => {
    await at(page, '/settings');
    const forged = join(folder(), 'gia.chidao-update');
    writeFileSync(forged, readFileSync(update).map((byte, at) => (at === 600 ? byte ^ 1 : byte)));
    await page.locator('[data-test=update-file]').setInputFiles(forged);
    await page.locator('.note.wrong').filter({ hasText: /Chữ ký của tệp cập nhật không phải của nơi phát hành/ }).waitFor();
    assert.equal(await page.locator('[data-test=update]').count(), 0);
  });

  test('one that is signed is offered with what is new, and installed only after saying what will happen', async () => {
    await page.locator('[data-test=update-file]').setInputFiles(update);
    const row = page.locator('[data-test=update]');
    await row.filter({ hasText: 'Mở sổ nhanh hơn.' }).waitFor();
    await row.getByRole('button', { name: 'Cài bản 0.2.0' }).click();
    await page.getByText(/Sổ sẽ được sao lưu rồi khoá lại/).waitFor();
    await settled(page);
    assert.deepEqual(await barriers(page), []);
    const pictures = process.env.CHIDAO_UPDATE_PICTURES;
    if (pictures) {
      mkdirSync(pictures, { recursive: true });
      await page.locator('[data-test=updates]').scrollIntoViewIfNeeded();
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme });
        await settled(page);
        await page.screenshot({ path: join(pictures, `updates-${colorScheme}.png`) });
      }
      await page.emulateMedia({ colorScheme: 'light' });
    }
  });

  test('a package that is none is found out before anything is touched', async () => {
    await page.locator('[data-test=update-yes]').click();
    await page.locator('.note.wrong').filter({ hasText: /không đúng khuôn dạng/ }).waitFor();
    assert.equal(existsSync(process.env.CHIDAO_BIN), true);
    await page.locator('[data-test=update-forget]').click();
    await page.locator('[data-test=updates-empty]').waitFor();
  });
}
