/** What came of a synchronisation, in the words of the screen. */
import type { MailboxSyncedRow } from '../../host/types/MailboxSyncedRow';
import type { MailboxTrouble } from '../../host/types/MailboxTrouble';
import { AppFailure } from '../../host';
import { count } from '../../app/print';
import { speak, t } from '../../messages/index.svelte';

/** Why a mailbox failed, as a sentence. */
export function troubled(trouble: MailboxTrouble): string {
  const params = Object.fromEntries(Object.entries(trouble.params).filter((pair): pair is [string, string] => pair[1] !== undefined));
  return speak(new AppFailure(trouble.code, params));
}

/** Whether anything was put, fetched, refused or went wrong: only then is a notice worth anyone's while. */
export function eventful(row: MailboxSyncedRow): boolean {
  return row.sent.length > 0 || row.received.length > 0 || row.trouble !== null;
}

/** One mailbox's outcome: what was done, then what was not. */
export function outcome(row: MailboxSyncedRow): string {
  const strays = row.strays.length === 0 ? [] : [t('mailbox.strays', { count: count(row.strays.length), names: row.strays.slice(0, 3).join(', ') + (row.strays.length > 3 ? '…' : '') })];
  if (!eventful(row)) return [t('mailbox.nothing', { name: row.name }), ...strays].join(' ');
  const whole = row.received.filter((one) => one.report !== null).length;
  const refused = row.received.filter((one) => one.trouble !== null && !one.unfinished).length;
  const unfinished = row.received.filter((one) => one.unfinished).length;
  const parts: string[] = [];
  if (row.sent.length > 0 || whole > 0) parts.push(t('mailbox.result', { name: row.name, sent: count(row.sent.length), received: count(whole) }));
  if (refused > 0) parts.push(t('mailbox.result_refused', { count: count(refused) }));
  if (unfinished > 0) parts.push(t('mailbox.result_unfinished', { count: count(unfinished) }));
  if (row.trouble) parts.push(troubled(row.trouble));
  return [...parts, ...strays].join(' ');
}
