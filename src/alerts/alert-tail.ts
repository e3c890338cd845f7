/** Follows the alerts of an account: each one once, in the order in which they were raised. */
import type { Clock } from '../kernel/clock';
import { Fault } from '../kernel/fault';
import type { Interrupted } from '../kernel/interrupt';
import { placeIn, wholeText } from '../kernel/whole-text';
import type { Alert } from './alert';
import type { AlertLog } from './alert-store';

const LOOK_AGAIN_MS = 1_000;
const AT_ONCE = 100;
/** Older ones stand there in plain text. */
const CURSOR = /^a(\d{1,18})$/;

export interface AlertTailPorts {
  readonly alertLog: Pick<AlertLog, 'after' | 'head'>;
  readonly clock: Clock;
}

/** Ends when `signal` happens. `after` null: from now on. @throws Fault `invalid_request` for an alert that was not raised yet */
export async function* tailAlerts(
  { alertLog, clock }: AlertTailPorts,
  accountId: string | null,
  after: bigint | null,
  signal: Interrupted<unknown>,
): AsyncGenerator<Alert> {
  if (after !== null) await refuseBeyond(after, { alertLog, clock });
  let place = after ?? (await alertLog.head());
  while (signal.reason === null) {
    const head = await alertLog.head();
    const found = head > place ? await alertLog.after(accountId, place, AT_ONCE) : [];
    for (const alert of found) {
      place = alert.seq;
      yield alert;
    }
    // Alerts become visible in their order: what was not found up to the head is of others.
    if (found.length < AT_ONCE && head > place) place = head;
    if (found.length === 0) await clock.sleep(LOOK_AGAIN_MS);
  }
}

/**
 * Whoever waits behind the end of the log would be told nothing that is raised until the log is there. Where it ends may be known
 * from before the cursor was given out: so it is asked twice.
 */
async function refuseBeyond(after: bigint, { alertLog, clock }: AlertTailPorts): Promise<void> {
  if (after <= (await alertLog.head())) return;
  await clock.sleep(LOOK_AGAIN_MS);
  if (after <= (await alertLog.head())) return;
  throw new Fault('invalid_request', 'after stands beyond the newest alert: it is of another ledger. Begin without it.', {
    param: 'after',
  });
}

export function alertCursor({ seq }: Pick<Alert, 'seq'>): string {
  return wholeText(`a${seq}`);
}

/** @throws Fault `invalid_request` for a text that is no cursor of an alert */
export function placeOfAlertCursor(cursor: string): bigint {
  const place = (CURSOR.exec(cursor) ?? CURSOR.exec(placeIn(cursor) ?? ''))?.[1];
  if (place === undefined) throw new Fault('invalid_request', 'after is no cursor of an alert.', { param: 'after' });
  return BigInt(place);
}
