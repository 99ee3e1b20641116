/** What an act says that waits to be sent, in the words of the screen. */
import type { OutgoingLine } from '../../host/types/OutgoingLine';
import { t, word } from '../../messages/index.svelte';
import { told } from '../tasks/facts';

/** Part by part; a coded value with the name of its field, so that "yes" says to what. */
export function said(line: OutgoingLine): string {
  const parts = line.says.map((one) =>
    one.coded ? `${word('fields', one.field)}: ${told(one.field, one.value, one.text)}` : one.text,
  );
  if (line.files > 0) parts.push(t('tasks.attachments', { n: line.files }));
  return parts.join(' · ');
}
