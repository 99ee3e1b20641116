import { expect, it } from 'vitest';
import { useHost } from '../host';
import { findDraft, keepDraft } from './drafts';

it('writes one draft after the other, however slow the first', async () => {
  const written: string[] = [];
  const waiting: (() => void)[] = [];
  useHost({
    call: (name: string, request: { text?: string }) =>
      new Promise((done, failed) => {
        waiting.push(() => {
          written.push(request.text ?? name);
          if (request.text === 'a') failed(new Error('the disk was full for a moment'));
          else done({ name: 'n', text: written.at(-1) ?? '', at: null });
        });
      }),
  } as never);
  const first = keepDraft('n', 'a').catch(() => 'refused');
  const rest = [keepDraft('n', 'b'), keepDraft('n', ''), findDraft('n')];
  for (let i = 0; i < 4; i += 1) {
    await expect.poll(() => waiting.length).toBe(1);
    waiting.pop()?.();
  }
  expect(await first).toBe('refused');
  await Promise.all(rest);
  expect(written).toEqual(['a', 'b', '', 'draft_find']);
});

it('lets two drafts be written at once', async () => {
  const asked: string[] = [];
  useHost({ call: (_: string, request: { name: string }) => { asked.push(request.name); return new Promise(() => undefined); } } as never);
  void keepDraft('x', '1');
  void keepDraft('y', '1');
  await expect.poll(() => asked.length).toBe(2);
});
