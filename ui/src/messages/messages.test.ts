import { expect, it } from 'vitest';
import { AppFailure } from '../host';
import { all, setLanguage, speak, t } from './index.svelte';

it('has every text in both languages, with the same gaps', () => {
  const gaps = (text: string) => [...text.matchAll(/\{(\w+)(?:\|[^}]*)?\}/g)].map((found) => found[1]).sort();
  for (const [room, { vi, en }] of Object.entries(all)) {
    expect(Object.keys(en).sort(), room).toEqual(Object.keys(vi).sort());
    for (const [key, text] of Object.entries(vi as Record<string, string>)) {
      expect(text.trim(), `${room}.${key}`).not.toBe('');
      expect(gaps((en as Record<string, string>)[key] ?? ''), `${room}.${key}`).toEqual(gaps(text));
    }
  }
});

it('tells what went wrong in a sentence, and never hides an unknown code', () => {
  const refused = new AppFailure('refused', { field: 'deadline', reason: 'not_yours', kind: 'task' });
  expect(speak(refused)).toBe('Không ghi được Hạn hiện tại: việc này thuộc quyền của bên kia. Không có gì bị thay đổi.');
  expect(speak(new AppFailure('brand_new', { where: 'đâu đó' }))).toContain('brand_new');
  expect(t('tasks.count', { n: '1.234' })).toBe('1.234 nhiệm vụ');
});

it('counts in English as English does', () => {
  setLanguage('en');
  expect([1, 0, '1.234'].map((n) => t('tasks.count', { n }))).toEqual(['1 task', '0 tasks', '1.234 tasks']);
  setLanguage('vi');
});

it('has a sentence for every refusal of the program', () => {
  const sources = import.meta.glob('../../../src-tauri/{src,crates/app/src}/**/*.rs', { query: '?raw', import: 'default', eager: true });
  const codes = Object.entries(sources as Record<string, string>).flatMap(([path, text]) =>
    path.includes('tests') ? [] : [...(text.split('#[cfg(test)]')[0] ?? '').matchAll(/AppError::new\(\s*"([a-z_]+)"/g)].map((found) => found[1] ?? ''),
  );
  expect(codes.length).toBeGreaterThan(50);
  expect([...new Set(codes)].filter((code) => !(code in all.errors.vi))).toEqual([]);
});

it('has a word for everything that a person or the program does to the register', () => {
  const sources = import.meta.glob('../../../src-tauri/crates/app/src/**/*.rs', { query: '?raw', import: 'default', eager: true });
  const acts = Object.values(sources as Record<string, string>).flatMap((text) =>
    [...(text.split('#[cfg(test)]')[0] ?? '').matchAll(/\.(?:commit|append)\([^";]*"([a-z_]+\.[a-z_]+)"/g)].map((found) => found[1] ?? ''),
  );
  expect(acts.length).toBeGreaterThan(15);
  expect([...new Set(acts)].filter((act) => !(act in all.tasks.vi))).toEqual([]);
});
