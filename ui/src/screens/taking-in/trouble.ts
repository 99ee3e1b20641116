import type { Trouble } from '../../host/types/Trouble';
import { t } from '../../messages/index.svelte';

/** Where a trouble stands, as Excel shows it. */
export function placeOf({ row, column }: Trouble): string {
  if (row !== null && column !== null) return t('takingIn.at_row_column', { row, column });
  if (row !== null) return t('takingIn.at_row', { row });
  return column !== null ? t('takingIn.at_column', { column }) : t('takingIn.at_sheet');
}

/** What its sentence does not say: the field, the earlier row, what is kept. */
export function detailOf(trouble: Trouble): string {
  switch (trouble.code) {
    case 'missing_column':
    case 'impossible_date':
    case 'not_a_date':
    case 'day_and_month_may_be_exchanged':
      return t('takingIn.of_field', { field: t(`takingIn.fields_${trouble.params.field}`) });
    case 'duplicate_code':
    case 'duplicate_task':
      return t('takingIn.first_row', { row: trouble.params.first_row });
    case 'continued_row':
      return t('takingIn.at_row', { row: trouble.params.task_row });
    case 'percent_rounded':
      return t('takingIn.kept', { percent: trouble.params.kept });
    default:
      return '';
  }
}
