import { call } from '../host';
import type { Draft } from '../host/types/Draft';

/** What is under way for each draft: a slow write must not land on a later one, nor on the end of the draft. */
const under = new Map<string, Promise<unknown>>();

function next<T>(name: string, act: () => Promise<T>): Promise<T> {
  const done = (under.get(name) ?? Promise.resolve()).then(act, act);
  under.set(name, done);
  void done.catch(() => undefined).finally(() => {
    if (under.get(name) === done) under.delete(name);
  });
  return done;
}

/** Keeps what is being typed, so that a crash loses nothing; an empty text ends the draft. In the order of the calls. */
export async function keepDraft(name: string, text: string): Promise<void> {
  await next(name, () => call('draft_keep', { name, text, at: null }));
}

/** What was kept under a name, after everything that is still being kept there. Its text is empty if there is nothing. */
export function findDraft(name: string): Promise<Draft> {
  return next(name, () => call('draft_find', { name }));
}
