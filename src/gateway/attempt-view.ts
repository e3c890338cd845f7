/** An attempt as it is read: what happened on the channel, what it cost the user, and why. */
import type { AttemptStatus, UsageSource } from '../kernel/words';
import type { AttemptOfReceipt } from '../ledger/receipt';
import type { ReceiptView } from './receipt-view';

export type AttemptView = AttemptOfReceipt & {
  readonly id: string;
  /** In plain English, for zero as well. */
  readonly chargeReason: string;
};

const CHARGED: Readonly<Record<AttemptStatus, string>> = {
  SUCCEEDED: 'It gave the answer: its tokens are charged.',
  FAILED: 'It broke off after output was delivered: the input and the delivered output are charged.',
  CANCELLED: 'It was cut after output was delivered: the input and the delivered output are charged.',
  SKIPPED: 'It was passed over.',
};

const FREE: Readonly<Record<Exclude<AttemptStatus, 'SUCCEEDED'>, string>> = {
  FAILED: 'It failed without an answer to charge for.',
  CANCELLED: 'It was cut before any output was delivered.',
  SKIPPED: 'It was passed over: nothing was sent.',
};

const COUNTED_BY: Readonly<Partial<Record<UsageSource, string>>> = {
  COUNTED: ' The provider sent no usage: the tokens were counted by the gateway.',
  FLOOR: ' The provider sent no usage: only what is certain was counted.',
};

/** `receipt`: the one that the attempt belongs to. */
export function viewAttempt(receipt: Pick<ReceiptView, 'id' | 'noChargeReason'>, attempt: AttemptOfReceipt): AttemptView {
  return { ...attempt, id: `${receipt.id}:${attempt.index}`, chargeReason: reasonOf(receipt.noChargeReason, attempt) };
}

function reasonOf(noChargeReason: string | null, { charge, status, usage }: AttemptOfReceipt): string {
  if (charge > 0n) return CHARGED[status] + (COUNTED_BY[usage.source] ?? '');
  if (status === 'SUCCEEDED') return noChargeReason ?? 'Its answer used nothing that has a price.';
  return FREE[status];
}
