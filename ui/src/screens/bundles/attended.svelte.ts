/** What synchronising by itself has come to, so that it is said once and then only stands in the list of mailboxes. */
import type { MailboxSyncedRow } from '../../host/types/MailboxSyncedRow';
import type { AppFailure } from '../../host';

/** Why the last try did not even begin, until one does. */
export const attended = $state<{ failure: AppFailure | null }>({ failure: null });

/** Codes that tell of no trouble: someone else is at it already, or the person stopped it or locked the register. */
const CALM: readonly string[] = ['cancelled', 'mailbox_busy', 'locked'];

/** Keeps what a try that did not begin came to. */
export function failed(failure: AppFailure): void {
  if (!CALM.includes(failure.code)) attended.failure = failure;
}

/** Remembers each mailbox's trouble, and leaves out of a later outcome what has been said. */
export class Said {
  #troubles = new Map<string, string>();

  /** The part of an outcome that is news: its trouble only when it was not the same the last time. */
  news(row: MailboxSyncedRow): MailboxSyncedRow {
    if (row.trouble === null) {
      this.#troubles.delete(row.id);
      return row;
    }
    const trouble = JSON.stringify([row.trouble.code, Object.entries(row.trouble.params).sort()]);
    if (this.#troubles.get(row.id) === trouble) return { ...row, trouble: null };
    this.#troubles.set(row.id, trouble);
    return row;
  }
}
