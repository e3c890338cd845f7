/** Ends a request in the ledger, whatever it takes: what was admitted is always ended, once. */
import type { AttemptRecord } from '../../attempts/attempt';
import { Fault } from '../../kernel/fault';
import { nano } from '../../kernel/money';
import type { EndRequest } from '../../ledger/ledger-store';
import type { ReceiptRecord } from '../../ledger/receipt';
import { NO_USAGE } from '../../metering/usage';
import type { Gateway } from '../completion-request';

const ZERO = nano(0n);
/** Waits between tries, for trouble that is over in a moment. */
const RETRY_WAITS_MS = [250, 500, 1_000];
/** How long the client waits for a ledger that cannot be written, before the end goes to the spool. One try may take as long again. */
const PATIENCE_MS = 2_000;
const BACKGROUND_WAIT_MS = 1_000;

/** What one try to end a request needs. */
export type EndMeans = Pick<Gateway, 'log' | 'alarms'> & { readonly ledger: Pick<Gateway['ledger'], 'end'> };

/** A fault whose receipt is written, or being written: nobody has to write another. */
export class ReceiptedFault extends Fault {}

/** The end of a request that held nothing, or whose hold is given back. */
export function withoutMoney(receipt: ReceiptRecord, attempts: readonly AttemptRecord[]): EndRequest {
  return {
    kind: 'end',
    hold: null,
    receipt,
    attempts,
    chargedAttempt: null,
    transferId: null,
    overage: ZERO,
    overageTransferId: null,
    answer: null,
  };
}

/**
 * Ends the request in the ledger. A ledger that cannot be written for some seconds gets the end from the spool later: it
 * is on the disk when this resolves, and the answer may be completed. Where even the disk takes nothing, the write goes on
 * in the background while the client is told.
 * @throws ReceiptedFault that no SDK retries, when the client cannot be given the answer
 */
export async function endDurably(gateway: Gateway, item: EndRequest): Promise<void> {
  try {
    await endInTime(gateway, item);
  } catch (error) {
    if (error instanceof ReceiptedFault) throw error;
    if (!isUnavailable(error)) throw await withoutDetails(gateway, item, error);
    if (await isKept(gateway, item)) return;
    keepTrying(gateway, item);
    throw new ReceiptedFault('internal_error', 'The receipt of this request could not be written yet.', { retry: false });
  }
}

async function endInTime(gateway: Gateway, item: EndRequest): Promise<void> {
  const { clock } = gateway;
  const startedAt = clock.monotonic();
  for (const waitMs of RETRY_WAITS_MS) {
    try {
      return await endOnce(gateway, item);
    } catch (error) {
      if (!isUnavailable(error) || clock.monotonic() - startedAt >= PATIENCE_MS) throw error;
      await clock.sleep(waitMs);
    }
  }
  await endOnce(gateway, item);
}

/**
 * One try.
 * @throws ReceiptedFault when somebody else ended the request; Fault `temporarily_unavailable` when the ledger cannot be
 * written; other errors when it refuses the item for what is in it
 */
export async function endOnce({ ledger, alarms }: EndMeans, item: EndRequest): Promise<void> {
  const { verdict } = await ledger.end(item).catch((error) => withoutAnswer(ledger, item, error));
  if (verdict !== 'not_open') return;
  const { requestId: receipt, charge, usage } = item.receipt;
  // The most that the operator loses: what recovery charged for it stands on the receipt.
  alarms.raise('late_settlement', {
    receipt,
    hold: item.hold?.holdId ?? null,
    uncharged: String(charge),
    outputTokens: usage.outputTokens,
  });
  throw new ReceiptedFault('gateway_crashed', 'This request was ended while the gateway did not answer.', { retry: false });
}

/** An answer is kept if it can be; where the ledger refuses the end with it, the charge is what counts. */
function withoutAnswer(ledger: EndMeans['ledger'], item: EndRequest, error: unknown): ReturnType<EndMeans['ledger']['end']> {
  if (item.answer === null || isUnavailable(error)) throw error;
  return ledger.end({ ...item, answer: null });
}

export function isUnavailable(error: unknown): boolean {
  return error instanceof Fault && error.code === 'temporarily_unavailable';
}

async function isKept({ spool, log }: Gateway, item: EndRequest): Promise<boolean> {
  try {
    await spool.keep(item);
    return true;
  } catch (err) {
    log.error({ err, receipt: item.receipt.requestId }, 'the spool cannot be written: this settlement waits in memory');
    return false;
  }
}

/** Goes on until the request is ended; a process that stops waits for it. */
function keepTrying(gateway: Gateway, item: EndRequest): void {
  const running = endInBackground(gateway, item).finally(() => gateway.unended.delete(running));
  gateway.unended.add(running);
}

async function endInBackground(gateway: Gateway, item: EndRequest): Promise<void> {
  for (;;) {
    await gateway.clock.sleep(BACKGROUND_WAIT_MS);
    try {
      return await endOnce(gateway, item);
    } catch (error) {
      if (error instanceof ReceiptedFault) return;
      if (isUnavailable(error)) continue;
      await withoutDetails(gateway, item, error);
      return;
    }
  }
}

/** A row that the ledger refuses for what is in it must not keep the hold open: the bare end is written instead, at no charge. */
async function withoutDetails(gateway: Gateway, item: EndRequest, error: unknown): Promise<Fault> {
  gateway.log.error({ err: error, receipt: item.receipt.requestId }, 'a settlement was refused by the ledger for its content');
  const bare = bareEnd(item);
  await endOnce(gateway, bare).catch(async (again: unknown) => {
    if (!isUnavailable(again))
      gateway.log.error({ err: again, receipt: item.receipt.requestId }, 'a hold stays open until this process ends');
    else if (!(await isKept(gateway, bare))) keepTrying(gateway, bare);
  });
  return unwrittenInFull();
}

function unwrittenInFull(): ReceiptedFault {
  return new ReceiptedFault('internal_error', 'The receipt of this request could not be written in full.', { retry: false });
}

/** The same end without anything that a ledger could refuse: the hold is given back. */
export function bareEnd(item: EndRequest): EndRequest {
  const receipt: ReceiptRecord = {
    ...item.receipt,
    status: 'FAILED',
    // Not as it ended, which has a status and a charge of its own.
    stopReason: item.receipt.status === 'FAILED' ? item.receipt.stopReason : 'UPSTREAM_ERROR',
    errorCode: unwrittenInFull().code,
    errorMessage: null,
    usage: NO_USAGE,
    charge: ZERO,
    noChargeReason: 'The receipt could not be written in full, so nothing was charged and the held amount was given back.',
  };
  return { ...withoutMoney(receipt, []), hold: item.hold === null ? null : { ...item.hold, settles: false } };
}
