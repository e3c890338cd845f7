/** Ends a request in the ledger, whatever it takes: what was admitted is always ended, once. */
import type { AttemptRecord } from '../attempts/attempt';
import { Fault } from '../kernel/fault';
import { nano } from '../kernel/money';
import type { EndRequest } from '../ledger/ledger-store';
import type { ReceiptRecord } from '../ledger/receipt';
import { NO_USAGE } from '../metering/usage';
import type { Gateway } from './completion-request';

const ZERO = nano(0n);
/** Waits between tries before the client is told; after the last one the write goes on in the background. */
const RETRY_WAITS_MS = [250, 500, 1_000, 2_000];
const BACKGROUND_WAIT_MS = 1_000;

/** A fault whose receipt is written, or being written: nobody has to write another. */
export class ReceiptedFault extends Fault {}

/** The end of a request that held nothing, or whose hold is given back. */
export function withoutMoney(receipt: ReceiptRecord, attempts: readonly AttemptRecord[]): EndRequest {
  return { kind: 'end', hold: null, receipt, attempts, chargedAttempt: null, transferId: null, overage: ZERO, overageTransferId: null };
}

/**
 * Ends the request in the ledger. When the ledger cannot be reached the write is tried for some seconds, and then goes on
 * in the background while the client is told.
 * @throws ReceiptedFault that no SDK retries, when the client cannot be given the answer
 */
export async function endDurably(gateway: Gateway, item: EndRequest): Promise<void> {
  for (const waitMs of [...RETRY_WAITS_MS, null]) {
    try {
      return await endOnce(gateway, item);
    } catch (error) {
      if (error instanceof ReceiptedFault) throw error;
      if (!isUnavailable(error)) throw await withoutDetails(gateway, item, error);
      if (waitMs !== null) await gateway.clock.sleep(waitMs);
    }
  }
  keepTrying(gateway, item);
  throw new ReceiptedFault('internal_error', 'The receipt of this request could not be written yet.', { retry: false });
}

async function endOnce(gateway: Gateway, item: EndRequest): Promise<void> {
  const { verdict } = await gateway.ledger.end(item);
  if (verdict !== 'not_open') return;
  gateway.log.error({ receipt: item.receipt.requestId }, 'a hold was ended by another process: this late settlement changed nothing');
  throw new ReceiptedFault('gateway_crashed', 'This request was ended while the gateway did not answer.', { retry: false });
}

function isUnavailable(error: unknown): boolean {
  return error instanceof Fault && error.code === 'temporarily_unavailable';
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
  const fault = new ReceiptedFault('internal_error', 'The receipt of this request could not be written in full.', { retry: false });
  const bare = bareEnd(item, fault);
  await endOnce(gateway, bare).catch((again: unknown) => {
    if (isUnavailable(again)) keepTrying(gateway, bare);
    else gateway.log.error({ err: again, receipt: item.receipt.requestId }, 'a hold stays open until this process ends');
  });
  return fault;
}

function bareEnd(item: EndRequest, fault: Fault): EndRequest {
  const receipt: ReceiptRecord = {
    ...item.receipt,
    status: 'FAILED',
    errorCode: fault.code,
    errorMessage: null,
    usage: NO_USAGE,
    charge: ZERO,
  };
  return { ...withoutMoney(receipt, []), hold: item.hold === null ? null : { ...item.hold, settles: false } };
}
