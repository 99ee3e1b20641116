import { expect, it } from 'vitest';
import { answering } from './answering';
import { AppFailure, work } from './index';
import type { Progress } from './types/Progress';

const step = (of: string, done: number): Progress => ({ work: of, step: 'packing', name: '', done, total: 100 });

it('tells the steps of work to whoever asked for it, and of no other', async () => {
  let end: () => void = () => undefined;
  const asked = answering({ check: () => new Promise((done) => (end = () => done({ ok: true } as never))) });
  const [first, second]: [number[], number[]] = [[], []];
  const one = work('check', {}, (told) => first.push(told.done), new AbortController().signal);
  await expect.poll(() => asked.works.length).toBe(1);
  const ended = end;
  const two = work('check', {}, (told) => second.push(told.done), new AbortController().signal);
  await expect.poll(() => asked.works.length).toBe(2);
  asked.tell?.(step(asked.works[0] ?? '', 10));
  asked.tell?.(step(asked.works[1] ?? '', 20));
  asked.tell?.(step('of another page', 30));
  expect([first, second]).toEqual([[10], [20]]);
  ended();
  await one;
  asked.tell?.(step(asked.works[0] ?? '', 100));
  expect(first).toEqual([10]);
  end();
  await two;
});

it('stops work by its name', async () => {
  let refuse: (error: AppFailure) => void = () => undefined;
  const asked = answering({
    bundle_export: () => new Promise((_, failed) => (refuse = failed)),
    work_cancel: () => {
      refuse(new AppFailure('cancelled'));
      return {};
    },
  });
  const stop = new AbortController();
  const made = work('bundle_export', { to: 'u' }, () => undefined, stop.signal);
  await expect.poll(() => asked.works.length).toBe(1);
  stop.abort();
  await expect(made).rejects.toMatchObject({ code: 'cancelled' });
  expect(asked.of('work_cancel')).toEqual([{ work: asked.works[0] }]);
});

it('does work whose steps cannot be heard', async () => {
  const asked = answering({ check: () => ({ ok: true }) as never });
  asked.deaf = true;
  expect(await work('check', {}, () => undefined, new AbortController().signal)).toEqual({ ok: true });
});
