/** What a request is told whose `Idempotency-Key` was used before. */
import { Fault } from '../../kernel/fault';
import type { SameKey } from '../../ledger/key-use';

export function isAboutKey({ code }: Fault): boolean {
  return code === 'idempotency_in_progress' || code === 'idempotency_settled' || code === 'idempotency_mismatch';
}

/** Why it is not served again. */
export function sameKeyFault({ state, requestId }: SameKey): Fault {
  const receipt = { receiptId: requestId };
  switch (state) {
    case 'running':
      return new Fault('idempotency_in_progress', `The request ${requestId} with this Idempotency-Key is still running.`, receipt);
    case 'settled':
      return new Fault(
        'idempotency_settled',
        `This Idempotency-Key was used: the request ${requestId} has ended and has its receipt.`,
        receipt,
      );
    case 'other_body':
      return new Fault('idempotency_mismatch', `This Idempotency-Key was used for another body, by the request ${requestId}.`, receipt);
  }
}
