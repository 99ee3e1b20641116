/**
 * What the demonstration does not show: the first start, nothing yet, very much, very long, and things going wrong.
 * `make` gives a home, `go` leads to what there is to see, from a page that was just opened; steps follow one another
 * on the same page.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { chidao, folder, unlocked } from './program.mjs';
import { at, LIST, task } from './screens.mjs';

export const PASSPHRASE = 'mot cau de nho';

const fresh = () => join(folder(), 'home');

/** A unit that has just begun. */
export function begun({ edition = 'unit', unit = 'UBND huyện Yên Thế', code = 'H02.15', person = 'Hoàng Thị Mai', title = 'Chuyên viên Văn phòng' } = {}) {
  const home = fresh();
  chidao(home, ['init', '--edition', edition, '--unit', unit, '--code', code, '--person', person, '--title', title], { passphrase: PASSPHRASE });
  return home;
}

/** Fills in the first page of the first start. */
export async function introduced(page, { edition = 'unit', unit, code, person, title, passphrase = PASSPHRASE }) {
  await page.locator(`[name=edition][value=${edition}]`).check();
  for (const [name, text] of Object.entries({ unit_name: unit, unit_code: code, person_name: person, person_title: title, passphrase, again: passphrase })) await page.locator(`[name=${name}]`).fill(text);
}

const OFFICE = { unit: 'UBND huyện Yên Thế', code: 'H02.15', person: 'Hoàng Thị Mai', title: 'Chuyên viên Văn phòng HĐND và UBND huyện' };

/** Names as long as an official document makes them. */
const LONG = {
  unit: 'Ban Chỉ đạo thực hiện các Chương trình mục tiêu quốc gia và Phòng, chống thiên tai, tìm kiếm cứu nạn huyện Yên Thế, tỉnh Bắc Giang',
  lead: 'Văn phòng Đăng ký đất đai và Trung tâm Phát triển quỹ đất thuộc Phòng Tài nguyên và Môi trường',
  person: 'Nguyễn Phúc Nguyễn Hoàng Thị Phương Thảo Nguyên',
  title: 'Phó Chánh Văn phòng phụ trách khối nông nghiệp, nông thôn, Văn phòng HĐND và UBND huyện',
};

/** The list with long words in it, or with what cannot be taken in. */
function listOf(name, change) {
  const file = join(folder(), name);
  const [head, ...rows] = readFileSync(LIST, 'utf8').trimEnd().split(/\r?\n/);
  writeFileSync(file, [head, ...rows.map(change)].join('\r\n'));
  return file;
}

function longList() {
  return listOf('danh sách nhiệm vụ UBND tỉnh giao, cập nhật đến hết ngày 23 tháng 6 năm 2017 (bản chính thức).csv', (row, i) => {
    const cells = row.split(';');
    if (i % 3 === 0) cells[7] += `, phối hợp với các sở, ngành và Uỷ ban nhân dân các xã, thị trấn rà soát, tổng hợp, báo cáo kết quả thực hiện về Văn phòng UBND tỉnh trước ngày 20 hằng tháng để theo dõi, đôn đốc`;
    return cells.join(';').replace(/Phòng (Tài nguyên|Nông nghiệp)[^;,]*/, LONG.lead);
  });
}

function brokenList() {
  return listOf('danh sach loi.csv', (row, i) => (i === 2 ? row.replace(/2017-\d{2}-\d{2}/, '31/02/2017') : i === 5 ? row.replace(/^NV06/, 'NV01') : row));
}

/** A bundle of the demonstration with one byte changed. */
function flipped(home, passphrase, to) {
  const made = chidao(home, ['bundle', 'export', '--to', to, '--out', folder()], { passphrase });
  const bytes = readFileSync(made.path);
  bytes[bytes.length - 40] ^= 1;
  const file = join(folder(), basename(made.path));
  writeFileSync(file, bytes);
  return file;
}

/** A unit with a month of backups, and a folder for them that is no longer there. */
function manyBackups() {
  const home = begun();
  const disk = folder();
  chidao(home, ['backup', '--daily', '30'], { passphrase: PASSPHRASE, now: '2017-05-20T08:00:00+07:00' });
  for (let day = 20; day <= 45; day += 1) {
    const now = new Date(Date.UTC(2017, 4, day, 1, (day * 7) % 60)).toISOString().replace('Z', '+00:00');
    chidao(home, ['tasks', '--limit', '1'], { passphrase: PASSPHRASE, now });
  }
  chidao(home, ['backup', '--folder', disk], { passphrase: PASSPHRASE });
  rmSync(disk, { recursive: true });
  return home;
}

export const STATES = [
  {
    name: 'start', make: fresh, locked: true,
    steps: [
      ['start-1-unit', async (page) => { await page.locator('[name=unit_name]').waitFor(); }],
      ['start-1-wrong', async (page) => { await introduced(page, OFFICE); await page.locator('[name=again]').fill('mot cau khac'); await page.locator('[data-test=begin]').click(); await page.getByRole('alert').waitFor(); }],
      ['start-2-key', async (page) => { await page.locator('[name=again]').fill(PASSPHRASE); await page.locator('[data-test=begin]').click(); await page.locator('[data-test=recovery-key]').waitFor(); }],
      ['start-3-begin', async (page) => { await page.getByRole('checkbox').check(); await page.locator('[data-test=go-on]').click(); await page.locator('[data-test=begin-tasks]').waitFor(); }],
      ['empty-tasks', async (page) => { await page.locator('[data-test=begin-tasks]').click(); await page.locator('[data-test=no-tasks]').waitFor(); }],
      ['unlock', async (page) => { await page.locator('[data-test=lock]').click(); await page.locator('[data-test=unlock]').waitFor(); }],
      ['unlock-wrong', async (page) => { await page.locator('input[type=password]').fill('khong phai'); await page.locator('[data-test=unlock]').click(); await page.getByRole('alert').first().waitFor(); }],
    ],
  },
  {
    name: 'start-restore', make: fresh, locked: true,
    steps: [
      ['start-restore', async (page) => { await page.locator('[data-test=restore-open]').click(); await page.locator('[data-test=restore]').waitFor(); }],
      ['start-restore-chosen', async (page) => {
        const home = begun();
        chidao(home, ['backup', '--out', join(home, 'usb.chidao-backup')], { passphrase: PASSPHRASE });
        await page.locator('[data-test=restore-file]').setInputFiles(join(home, 'usb.chidao-backup'));
        await page.locator('[data-test=go-back]').waitFor();
      }],
      ['start-restored', async (page) => { await page.locator('[data-test=go-back-passphrase]').fill(PASSPHRASE); await page.locator('[data-test=go-back-sure]').click(); await page.locator('[data-test=restored]').waitFor(); }],
    ],
  },
  {
    name: 'backups', make: manyBackups,
    steps: [
      ['backups-long', async (page) => { await at(page, '/settings'); await page.locator('[data-test=backup]').nth(5).waitFor(); await page.locator('[data-test=backups]').evaluate((card) => card.scrollIntoView()); }],
      ['backups-keeping', async (page) => {
        await page.locator('[data-test=backup-keeping] summary').click();
        await page.locator('[data-test=keep-daily]').fill('61');
        await page.locator('[data-test=keep-save]').click();
        await page.locator('[data-test=backup-keeping]').evaluate((form) => form.scrollIntoView({ block: 'end' }));
      }],
      ['backups-locked', async (page) => { await page.locator('[data-test=lock]').click(); await page.locator('[data-test=restore-open]').click(); await page.locator('[data-test=restore-choose]').first().waitFor(); }],
    ],
  },
  {
    name: 'empty', make: begun,
    steps: [
      ['empty-totals', (page) => at(page, '/totals')],
      ['empty-inspections', (page) => at(page, '/inspections')],
      ['empty-recommendations', (page) => at(page, '/recommendations')],
      ['empty-bundles', (page) => at(page, '/bundles')],
      ['enrol-requested', async (page) => { await page.locator('[data-test=enrol-request]').click(); await page.locator('[data-test=enrol-request]').waitFor({ state: 'detached' }); }],
    ],
  },
  {
    name: 'province', make: () => begun({ edition: 'province', unit: 'Văn phòng UBND tỉnh Bắc Giang', code: 'H02', person: 'Nguyễn Đức Đăng', title: 'Chánh Văn phòng UBND tỉnh' }),
    steps: [
      ['empty-units', (page) => at(page, '/units')],
      ['enrol-asked', async (page) => {
        const unit = begun();
        const asked = join(folder(), 'yeu-cau.chidao-request');
        chidao(unit, ['enrol', 'request', '--out', asked], { passphrase: PASSPHRASE });
        await page.locator('[data-test=request-file]').setInputFiles(asked);
        await page.locator('[data-test=request]').waitFor();
      }],
      ['enrol-approved', async (page) => { await page.locator('[data-test=approve]').click(); await page.locator('[data-test=approved]').waitFor(); }],
      ['enrol-wrong-code', async (page) => { await page.locator('[data-test=code-typed]').fill('0000 0000'); await page.locator('[data-test=code-confirm]').click(); await page.getByRole('alert').waitFor(); }],
    ],
  },
  {
    name: 'many',
    make: () => { const home = begun(); chidao(home, ['generate', '--tasks', '1000', '--edits', '200', '--seed', '1'], { passphrase: PASSPHRASE }); return home; },
    steps: [
      ['many-tasks', async (page) => { await at(page, '/tasks'); await page.getByRole('row').nth(5).waitFor(); await page.locator('[data-test=task-grid]').focus(); for (let i = 0; i < 20; i += 1) await page.keyboard.press('PageDown'); }],
      ['many-totals', (page) => at(page, '/totals')],
    ],
  },
  {
    name: 'long',
    make: () => { const home = begun({ unit: LONG.unit, person: LONG.person, title: LONG.title }); chidao(home, ['import', 'tasks', longList()], { passphrase: PASSPHRASE }); return home; },
    steps: [
      ['long-tasks', (page) => at(page, '/tasks')],
      ['long-task', (page) => task(page, 'NV01')],
      ['long-totals', (page) => at(page, '/totals')],
      ['long-settings', (page) => at(page, '/settings')],
      ['long-take-in', async (page) => { await at(page, '/take-in'); await page.locator('[data-test=list]').setInputFiles(longList()); await page.getByRole('region').waitFor(); }],
    ],
  },
  {
    name: 'wrong', make: begun,
    steps: [
      ['wrong-list', async (page) => { await at(page, '/take-in'); await page.locator('[data-test=list]').setInputFiles(brokenList()); await page.getByRole('alert').waitFor(); }],
      ['wrong-file', async (page) => { const file = join(folder(), 'khong-phai-danh-sach.xlsx'); writeFileSync(file, 'Đây là một bức thư, không phải bảng tính.'); await at(page, '/tasks'); await at(page, '/take-in'); await page.locator('[data-test=list]').setInputFiles(file); await page.getByRole('alert').waitFor(); }],
    ],
  },
  {
    name: 'refused', demo: 'district',
    steps: [
      ['bundle-refused', async (page, homes) => { const file = flipped(homes.province.path, homes.province.passphrase, 'H02.15'); await at(page, '/bundles'); await page.locator('[data-test=bundle]').setInputFiles(file); await page.locator('[data-test=refusal]').waitFor(); }],
      ['bundle-exported', async (page) => { await at(page, '/tasks'); await at(page, '/bundles'); await page.locator('[data-test=export]').click(); await page.locator('[data-test=exported]').waitFor(); }],
    ],
  },
];

/** Opens what a state begins with. */
export async function entered(page, state) {
  if (!state.locked) await unlocked(page, state.passphrase ?? PASSPHRASE);
}
