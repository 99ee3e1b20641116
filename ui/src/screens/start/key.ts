/**
 * A recovery key in pieces that can be read out and compared: its name, then groups of four. Put together again the
 * pieces are the key, so that copying them gives what the program takes.
 */
export function pieces(key: string): string[] {
  const name = /^AGE-SECRET-KEY-/.exec(key)?.[0] ?? '';
  return [name, ...(key.slice(name.length).match(/.{1,4}/gs) ?? [])].filter((piece) => piece !== '');
}
