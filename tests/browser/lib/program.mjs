/** Starts the real program and opens its page in Chromium. Nothing here knows how the page is made. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
export const BIN = process.env.CHIDAO_BIN ?? join(ROOT, 'target/debug/chidao');
export const UI = process.env.CHIDAO_UI ?? join(ROOT, 'ui/dist');
/** Whether the program is a Windows one. */
export const WINDOWS = process.env.CHIDAO_SYSTEM === 'windows';
const CHROMIUM = process.env.CHIDAO_CHROMIUM ?? '/usr/bin/chromium';

/** The afternoon on which the demonstration is looked at. */
export const AFTERNOON = '2017-06-23T16:30:00+07:00';

/** The smallest screen it must be at home on. */
export const SCREEN = { width: 1366, height: 768 };
/** The same screen at 125% scaling. */
export const SCALED = { width: 1093, height: 614 };

/** Programs and folders that must be gone when the process ends. */
const running = new Set();
const folders = [];
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  for (const made of folders) rmSync(made, { recursive: true, force: true });
});

/** A folder that is gone when the process ends. */
export function folder() {
  const made = mkdtempSync(join(tmpdir(), 'chidao-page-'));
  folders.push(made);
  return made;
}

/** A path of this machine as the program under test names it: a Windows one sees this machine's folders on a drive of its own. */
export function named(path) {
  return WINDOWS ? `Z:${path.replaceAll('/', '\\')}` : path;
}

/** A path that the program under test named, on this machine. */
function here(path) {
  return WINDOWS ? path.replace(/^Z:/i, '').replaceAll('\\', '/') : path;
}

/** Runs one command of the terminal program and gives its JSON; paths in it are this machine's. */
export function chidao(home, words, { passphrase, now = AFTERNOON } = {}) {
  const ran = spawnSync(BIN, ['--json', '--home', home, ...words], {
    encoding: 'utf8',
    env: { ...process.env, CHIDAO_NOW: now, ...(passphrase ? { CHIDAO_PASSPHRASE: passphrase } : {}) },
    maxBuffer: 64 << 20,
  });
  if (ran.status !== 0) throw new Error(`chidao ${words.join(' ')}: ${ran.stderr || ran.error}`);
  return JSON.parse(ran.stdout, (key, value) => (['path', 'saved'].includes(key) && typeof value === 'string' ? here(value) : value));
}

/** Makes the demonstration: a province and a district, each `{ path, passphrase }`. */
export function demonstration() {
  const made = chidao(folder(), ['demo']);
  return { province: made.province, district: made.district };
}

/** Serves a home. Gives the address with its one-time token, and how to stop it (`SIGKILL` for a flat battery). */
export async function serve(home, { now = AFTERNOON, passphrase } = {}) {
  const env = { ...process.env, CHIDAO_NOW: now };
  delete env.CHIDAO_PASSPHRASE;
  if (passphrase) env.CHIDAO_PASSPHRASE = passphrase;
  const child = spawn(BIN, ['--home', home, 'serve', '--ui', UI], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  const stopped = new Promise((done) => child.once('exit', done));
  void stopped.then(() => running.delete(child));
  let told = '';
  const address = await new Promise((found, failed) => {
    child.stdout.setEncoding('utf8').on('data', (text) => {
      told += text;
      const line = /http:\/\/127\.0\.0\.1:\d+\/#token=\S+/.exec(told);
      if (line) found(line[0]);
    });
    child.stderr.setEncoding('utf8').on('data', (text) => (told += text));
    child.once('exit', (code) => failed(new Error(`chidao serve ended with ${code}: ${told}`)));
    child.once('error', failed);
  });
  return {
    address,
    stop: (signal = 'SIGTERM') => {
      child.kill(signal);
      return stopped;
    },
  };
}

/** Chromium, without what would reach for the net. */
export function browser() {
  return chromium.launch({
    executablePath: CHROMIUM,
    // The bars take room on Windows too.
    ignoreDefaultArgs: ['--hide-scrollbars'],
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--font-render-hinting=none',
    ],
  });
}

/** A page in a context of its own. Whatever the page complains of in the console is gathered in `page.complaints`. */
export async function pageOf(chrome, address, { dark = false, size = SCREEN, contrast, ...more } = {}) {
  const context = await chrome.newContext({
    viewport: size,
    colorScheme: dark ? 'dark' : 'light',
    locale: 'vi-VN',
    timezoneId: 'Asia/Ho_Chi_Minh',
    reducedMotion: 'reduce',
    ...(contrast ? { forcedColors: 'active' } : {}),
    ...more,
  });
  const page = await context.newPage();
  // Wine takes its time.
  page.setDefaultTimeout(WINDOWS ? 60_000 : 20_000);
  page.complaints = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') page.complaints.push(`${message.text()} ${message.location().url ?? ""}`.trim());
  });
  page.asked = new Set();
  page.on('request', (request) => {
    // The answer to /watch ends with the program.
    if (!request.url().endsWith('/watch')) page.asked.add(request);
  });
  for (const end of ['requestfinished', 'requestfailed']) page.on(end, (request) => page.asked.delete(request));
  page.on('pageerror', (error) => page.complaints.push(String(error)));
  await page.goto(address);
  return page;
}

/** Opens the vault from the page, if it asks. */
export async function unlocked(page, passphrase) {
  const box = page.locator('input[type=password]').first();
  const list = page.getByRole('navigation');
  await box.or(list).first().waitFor();
  if (await box.isVisible()) {
    await box.fill(passphrase);
    await box.press('Enter');
  }
  await list.waitFor();
  return page;
}

/** Waits until what the page asked for has come, and what it asked for because of that, and two frames have been painted. */
export async function settled(page) {
  const painted = () => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  await painted();
  while (page.asked.size > 0) {
    await Promise.race(['requestfinished', 'requestfailed'].map((end) => page.waitForEvent(end).catch(() => undefined)));
    await painted();
  }
}
