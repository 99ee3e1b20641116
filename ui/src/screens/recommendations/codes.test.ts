import { expect, it } from 'vitest';
import { codesOf } from './codes';

it('reads codes of tasks however they are parted', () => {
  expect(codesOf(' NV01, NV02;NV03\nNV01 ')).toEqual(['NV01', 'NV02', 'NV03']);
  expect(codesOf('  ')).toEqual([]);
});
