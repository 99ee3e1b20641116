/**
 * Every text on screen, in Vietnamese and English, from one typed catalogue: `t('tasks.title')`.
 * A room keeps its texts in a file of its own; both languages must have the same keys, which the types enforce.
 */
import type { AppFailure } from '../host';
import { backups } from './backups';
import { bundles } from './bundles';
import { common } from './common';
import { errors } from './errors';
import { fields } from './fields';
import { gallery } from './gallery';
import { inspections } from './inspections';
import { mailbox } from './mailbox';
import { people } from './people';
import { recommendations } from './recommendations';
import { review } from './review';
import { settings } from './settings';
import { start } from './start';
import { takingIn } from './taking-in';
import { tasks } from './tasks';
import { totals } from './totals';
import { units } from './units';
import { updates } from './updates';

const catalogue = {
  common, errors, fields, gallery, start, tasks,
  backups, bundles, inspections, mailbox, people, recommendations, review, settings, takingIn, totals, units, updates,
} as const;

type Rooms = typeof catalogue;
export type Key = { [R in keyof Rooms]: `${R}.${keyof Rooms[R]['vi'] & string}` }[keyof Rooms];
export type Language = 'vi' | 'en';

const chosen = $state({ language: 'vi' as Language });

/** The language of the interface. */
export function language(): Language {
  return chosen.language;
}

export function setLanguage(to: Language): void {
  chosen.language = to;
  document.documentElement.lang = to;
}

function find(key: string): string | undefined {
  const dot = key.indexOf('.');
  const room = (catalogue as Record<string, { vi: Record<string, string>; en: Record<string, string> }>)[key.slice(0, dot)];
  return room?.[chosen.language][key.slice(dot + 1)];
}

function filled(text: string, params: Record<string, string | number>): string {
  // `{n}` is what n is; `{n|entry|entries}` is n with the word that goes with it.
  return text.replace(/\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g, (whole, name: string, one?: string, many?: string) => {
    const value = params[name];
    if (value === undefined) return whole;
    return one === undefined ? String(value) : `${value} ${String(value) === '1' ? one : many}`;
  });
}

/** A text with its gaps filled. */
export function t(key: Key, params: Record<string, string | number> = {}): string {
  return filled(find(key) ?? key, params);
}

/** The word of a code that came from the program (a status, a field); the code itself where there is none yet. */
export function word(room: keyof Rooms, code: string): string {
  return find(`${room}.${code}`) ?? code;
}

/** What went wrong, as a sentence: what happened, what was kept, what to do next. */
export function speak(failure: AppFailure): string {
  const known = find(`errors.${failure.code}`);
  const params = { ...failure.params };
  if (params['field'] !== undefined) params['field'] = word('fields', params['field']);
  if (params['reason'] !== undefined) params['reason'] = find(`errors.reason_${params['reason']}`) ?? params['reason'];
  const detail = Object.values(failure.params).join(' · ');
  return known ? filled(known, params) : filled(find('errors.unexpected') ?? '', { code: failure.code, detail });
}

/** For the test of parity. */
export const all = catalogue;
