import { expect, it } from 'vitest';
import { linesOf, peopleOf } from './people';

it('reads people one a line, with the title behind a comma or a dash', () => {
  expect(peopleOf('Nguyễn Đức Đăng - Chánh Văn phòng\n\n Trần Thị Hà, Phó phòng, Tổng hợp \nLê Văn An')).toEqual([
    { name: 'Nguyễn Đức Đăng', title: 'Chánh Văn phòng' },
    { name: 'Trần Thị Hà', title: 'Phó phòng, Tổng hợp' },
    { name: 'Lê Văn An', title: '' },
  ]);
});

it('writes them as it reads them', () => {
  const people = [{ name: 'Trần Thị Hà', title: 'Phó phòng, Tổng hợp' }, { name: 'Lê Văn An', title: '' }];
  expect(peopleOf(linesOf(people))).toEqual(people);
});
