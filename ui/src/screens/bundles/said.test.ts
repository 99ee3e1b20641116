import { describe, expect, it } from 'vitest';
import type { OutgoingLine } from '../../host/types/OutgoingLine';
import { said } from './said';

const origin = { person: { name: 'Hoàng Thị Mai', title: '' }, unit: '', device: '', at: '', clock_doubtful: false, own_side: true, confirmed: false };

function line(says: OutgoingLine['says'], files = 0): OutgoingLine {
  return { act: 'task.step', about: 'NV20', others: 0, task: 'task:1', text: '', says, files, origin };
}

describe('what an act says that waits to be sent', () => {
  it('is told in words, never in codes', () => {
    const step = { kind: 'task', field: 'status', value: { status: 'awaiting_approval', on: '2017-06-23' }, text: 'awaiting_approval, 23/06/2017', coded: true };
    expect(said(line([step]))).toBe('Trạng thái: Chờ duyệt kết quả · 23/06/2017');
    const resumed = { kind: 'task', field: 'standing', value: { standing: 'active', on: '2017-06-23', document: '' }, text: 'active', coded: true };
    expect(said(line([resumed]))).toBe('Ý kiến cấp giao: Tiếp tục thực hiện · 23/06/2017');
    const agreed = { kind: 'finding', field: 'agreed', value: false, text: 'false', coded: true };
    expect(said(line([agreed]))).toBe('Thống nhất: Không');
  });
  it('says plain text as it is, and counts the files', () => {
    const percent = { kind: 'report', field: 'percent', value: 65, text: '65%', coded: false };
    const note = { kind: 'report', field: 'note', value: 'xong', text: 'xong', coded: false };
    expect(said(line([percent, note], 2))).toBe('65% · xong · 2 tệp');
  });
});
