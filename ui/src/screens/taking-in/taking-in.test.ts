import { fireEvent, render, screen } from '@testing-library/svelte';
import { beforeEach, expect, it } from 'vitest';
import { answering, type Asked } from '../../host/answering';
import type { Mapping } from '../../host/types/Mapping';
import type { TakeInPreview } from '../../host/types/TakeInPreview';
import type { Trouble } from '../../host/types/Trouble';
import TakingIn from './TakingIn.svelte';

const unit = { id: 'u', name: 'UBND huyện Yên Thế', code: 'H02.15' };
const mapping: Mapping = {
  sheet: 'Danh mục',
  heading_row: 1,
  heading_rows: 1,
  columns: [{ column: 1, letter: 'B', heading: 'Nội dung', field: 'content', evidence: 'heading', confidence: 95, checked: 2, understood: 2 }],
  unmapped: [{ column: 0, letter: 'A', heading: 'Ký hiệu riêng', role: 'unknown', filled: 2, samples: ['NV01'] }],
};
const wrongDate: Trouble = { row: 7, column: 'K', heading: 'Hạn', severity: 'error', code: 'impossible_date', params: { field: 'deadline' } };

function preview(part: Partial<TakeInPreview>): TakeInPreview {
  return {
    sheets: ['Danh mục'], sheet: 'Danh mục', mapping, rows: [], row_count: 2, troubles: [],
    new: 2, same: 0, different: 0, importable: true, unit, ...part,
  };
}

let asked: Asked;
function host(first: Partial<TakeInPreview>): void {
  asked = answering({
    units: () => ({ rows: [] }),
    session: () => ({ vault: 'locked' }) as never,
    tasks_preview: ({ mapping: given }) => preview(given ? { mapping: given } : first),
    tasks_take_in: () => ({ new: 2, same: 0, different: 0, unit }),
  });
}

async function give(): Promise<void> {
  const { container } = render(TakingIn);
  const input = container.querySelector('[data-test=list]') as HTMLInputElement;
  await fireEvent.change(input, { target: { files: [new File(['x'], 'danh-muc.xlsx')] } });
  await screen.findByText('danh-muc.xlsx');
}

beforeEach(() => host({}));

it('writes nothing before the person takes in, and then all of it', async () => {
  await give();
  expect(asked.of('tasks_take_in')).toHaveLength(0);
  await fireEvent.click(await screen.findByRole('button', { name: 'Nhận 2 nhiệm vụ' }));
  expect(await screen.findByText('Đã nhận 2 nhiệm vụ của UBND huyện Yên Thế')).toBeTruthy();
  expect(asked.of('tasks_take_in')).toEqual([{ file: 'token-danh-muc.xlsx', sheet: 'Danh mục', mapping, unit: null }]);
});

it('names a trouble by row and column, and takes in nothing while there is an error', async () => {
  host({ troubles: [wrongDate], importable: false });
  await give();
  expect(await screen.findByText(/Dòng 7, cột K/)).toBeTruthy();
  expect(screen.getByText(/Ngày không có thật/)).toBeTruthy();
  expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Nhận 2 nhiệm vụ' }).disabled).toBe(true);
});

it('reads the list again with the column that the person chose', async () => {
  await give();
  await fireEvent.click(await screen.findByRole('button', { name: 'Xem và sửa cột' }));
  await fireEvent.change(screen.getByLabelText(/Ký hiệu riêng/), { target: { value: 'code' } });
  await expect.poll(() => asked.of('tasks_preview')).toHaveLength(2);
  const second = asked.of('tasks_preview')[1]?.mapping;
  expect(second?.columns.map((one) => [one.letter, one.field, one.evidence])).toEqual([
    ['A', 'code', 'chosen'],
    ['B', 'content', 'heading'],
  ]);
});

it('says that a list taken in before changes nothing, and offers no button', async () => {
  host({ new: 0, same: 2 });
  await give();
  expect(await screen.findByText(/nhận lại không làm thay đổi gì/)).toBeTruthy();
  expect(screen.queryByRole('button', { name: /^Nhận 0/ })).toBeNull();
});
