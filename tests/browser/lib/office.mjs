/** One office at work: its home, the program that serves it, and the page on which a person works. */
import { join } from 'node:path';
import { folder, pageOf, serve, settled, unlocked } from './program.mjs';
import { at } from './screens.mjs';

const PASSPHRASE = 'mot cau de nho';

export class Office {
  /** Opens a home that is not yet there. */
  static async fresh(chrome, now) {
    const office = new Office();
    Object.assign(office, { chrome, now, home: join(folder(), 'home'), carried: folder() });
    await office.#open();
    return office;
  }

  async #open() {
    this.served = await serve(this.home, { now: this.now });
    this.page = await pageOf(this.chrome, this.served.address, { acceptDownloads: true });
  }

  /** Goes through the first start up to the list of tasks. */
  async begin({ edition, unit, code, person, title }) {
    const { page } = this;
    await page.locator(`[name=edition][value=${edition}]`).check();
    const told = { unit_name: unit, unit_code: code, person_name: person, person_title: title, passphrase: PASSPHRASE, again: PASSPHRASE };
    for (const [name, text] of Object.entries(told)) await page.locator(`[name=${name}]`).fill(text);
    await page.locator('[data-test=begin]').click();
    await page.locator('[data-test=recovery-key]').waitFor();
    await page.getByRole('checkbox').check();
    await page.locator('[data-test=go-on]').click();
    await page.locator('[data-test=begin-tasks]').click();
    await page.locator('[data-test=no-tasks]').waitFor();
  }

  /** The battery is empty; then the machine is started again and the vault opened. */
  async dies() {
    await this.served.stop('SIGKILL');
    await this.page.context().close();
    await this.#open();
    await unlocked(this.page, PASSPHRASE);
  }

  async at(hash) {
    await at(this.page, hash);
  }

  /** Does what saves a file, and gives the path at which it lies. */
  async saves(act) {
    const [download] = await Promise.all([this.page.waitForEvent('download'), act()]);
    const path = join(this.carried, download.suggestedFilename());
    await download.saveAs(path);
    return path;
  }

  /** Makes a bundle for the other side. */
  async exports() {
    await this.at('/tasks');
    await this.at('/bundles');
    const path = await this.saves(() => this.page.locator('[data-test=export]').click());
    await this.page.locator('[data-test=exported]').waitFor();
    return path;
  }

  /** Takes a bundle in, and gives what the page says became of it. */
  async takes(path) {
    await this.at('/tasks');
    await this.at('/bundles');
    await this.page.locator('[data-test=bundle]').setInputFiles(path);
    const told = this.page.locator('[data-test=outcome], [data-test=refusal]');
    await told.waitFor();
    await settled(this.page);
    return told.innerText();
  }

  /** The numbers of all tasks as of a date, by name. */
  async totals(asOf) {
    await this.at('/tasks');
    await this.at('/totals');
    const box = this.page.locator('[data-test=totals-as-of]');
    await box.fill(asOf);
    await box.press('Tab');
    await this.page.locator('[data-test=totals-heading]').filter({ hasText: `tính đến ngày ${asOf}` }).waitFor();
    const cells = await this.page.locator('[data-test^=all-]').evaluateAll((all) => all.map((cell) => [cell.dataset.test.slice(4), Number(cell.textContent.replace(/\D/g, ''))]));
    return Object.fromEntries(cells);
  }

  async close() {
    await this.page?.context().close();
    await this.served?.stop();
  }
}
