import { describe, expect, it } from 'vitest';
import { anything, fromQuery, restricts, toQuery, type Shown } from './address';

describe('the address of a list', () => {
  it('carries everything that the list shows, and gives it back', () => {
    const shown: Shown = {
      filter: {
        statuses: ['new', 'in_progress'],
        classes: ['open_overdue'],
        units: ['u1'],
        leads: ['Phòng Nông nghiệp & PTNT', 'Phòng Tài chính - Kế hoạch'],
        kinds: ['ad_hoc'],
        assigners: ['Chủ tịch UBND tỉnh'],
        fields: ['Đất đai'],
        responsible: [''],
        on_province_system: false,
        assigned_from: '2017-01-01',
        assigned_to: '2017-05-31',
        as_of: '2017-06-23',
        done: true,
        extended: true,
        original_deadline: true,
        search: 'hồ sông Sỏi 100%',
        only: ['a', 'b'],
      },
      sort: 'deadline',
      descending: true,
      task: 'task:1',
    };
    expect(fromQuery(toQuery(shown))).toEqual(shown);
  });
  it('is empty for the plain list', () => {
    expect(toQuery({ filter: anything(), sort: 'code', descending: false })).toBe('');
    expect(fromQuery('')).toEqual({ filter: anything(), sort: 'code', descending: false, task: undefined });
  });
  it('takes no harm from an address typed by hand', () => {
    const shown = fromQuery('sort=%00&asof=hôm nay&done=maybe&desc=yes&unknown=1');
    expect(shown.filter).toEqual(anything());
    expect(shown.sort).toBe('code');
  });
  it('knows that the date of judging restricts nothing', () => {
    expect(restricts({ ...anything(), as_of: '2017-05-31' })).toBe(false);
    expect(restricts({ ...anything(), search: 'hồ' })).toBe(true);
    expect(restricts({ ...anything(), done: false })).toBe(true);
  });
});
