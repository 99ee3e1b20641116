import { expect, it } from 'vitest';
import { pieces } from './key';

it('shows a recovery key in groups of four that give the key again', () => {
  const key = 'AGE-SECRET-KEY-1KZT0R968R6E29F27RPTKRM4L9ZGY8UMFPA3WXMQQZK09FN4HNUMSWQL9K4';
  expect(pieces(key).slice(0, 3)).toEqual(['AGE-SECRET-KEY-', '1KZT', '0R96']);
  expect(pieces(key).join('')).toBe(key);
  expect(pieces('abc')).toEqual(['abc']);
  expect(pieces('')).toEqual([]);
});
