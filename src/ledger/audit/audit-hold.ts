/** The rules of one hold. */
import { broken, type Finding, type Rule } from './finding';
import type { Row } from './tables';

/** The rows that a hold has to fit to. */
export interface AroundHold {
  readonly receipt: Row<'receipt'> | undefined;
  readonly charges: readonly Row<'transfer'>[];
  /** Open holds of the same request, this one included. */
  readonly openOfRequest: number;
  /** Milliseconds since 1970: the moment of the audit. */
  readonly at: number;
}

/** A refusal is written after its hold was given back: until then a hold that ended may be without a receipt. */
const RECEIPT_GRACE_MS = 600_000n;
/** The last moment that a date can be. */
const LAST_MS = 8_640_000_000_000_000n;

export function auditHold(hold: Row<'hold'>, around: AroundHold): Finding[] {
  const { id, state, walletId, amount } = hold;
  return broken({ row: `hold ${id}`, walletId, entryId: around.charges[0]?.id ?? null }, [
    ['I4', amount >= 0n, `its amount is ${amount}`],
    ['I5', (hold.resolvedAt === null) === (state === 'OPEN'), `it is ${state}, and was resolved at ${hold.resolvedAt}`],
    ['I14', walletId.startsWith(`${hold.accountId}:`), `it is of ${hold.accountId}, and holds money of ${walletId}`],
    ...ofItsReceipt(hold, around.receipt),
    ...(state === 'OPEN' ? ofOpen(hold, around) : state === 'SETTLED' ? ofSettled(hold, around) : ofReleased(hold, around)),
  ]);
}

/** Of several holds of a request the receipt names the last one: the others may be of the other bucket. */
function ofItsReceipt({ id, walletId }: Row<'hold'>, receipt: AroundHold['receipt']): Rule[] {
  if (receipt?.holdId !== id) return [];
  const { accountId, bucket } = receipt;
  return [['I14', walletId === `${accountId}:${bucket}`, `its receipt ${receipt.id} is of ${accountId} in ${bucket}`]];
}

function ofOpen({ placedAt }: Row<'hold'>, { receipt, charges, openOfRequest }: AroundHold): Rule[] {
  return [
    ['I12', placedAt <= LAST_MS, `it is still open, and nothing can end it: ${placedAt} is no moment at which it was placed`],
    ['I5', receipt === undefined, `it is still open, and its request has the receipt ${receipt?.id}`],
    ['I5', charges.length === 0, `it is still open, and charged by ${charges[0]?.id}`],
    ['I5', openOfRequest === 1, `its request has ${openOfRequest} open holds`],
  ];
}

function ofSettled({ id, amount }: Row<'hold'>, { receipt, charges }: AroundHold): Rule[] {
  const [charge] = charges;
  if (receipt === undefined || receipt.holdId !== id) {
    return [['I5', false, receipt === undefined ? 'it is settled without a receipt' : `its receipt names the hold ${receipt.holdId}`]];
  }
  const charged = charge?.amount ?? 0n;
  return [
    ['I5', charges.length <= 1, `it was charged ${charges.length} times`],
    ['I5', charged === receipt.charge, `${charged} was charged, its receipt ${receipt.id} says ${receipt.charge}`],
    ['I6', charged <= amount, `${charged} was charged, and only ${amount} held`],
    ['I5', receipt.holdAmount === amount, `it holds ${amount}, its receipt says ${receipt.holdAmount}`],
  ];
}

function ofReleased({ state, resolvedAt }: Row<'hold'>, { receipt, charges, openOfRequest, at }: AroundHold): Rule[] {
  const recent = resolvedAt !== null && resolvedAt > BigInt(at) - RECEIPT_GRACE_MS;
  return [
    ['I5', state === 'RELEASED' || state === 'EXPIRED', `it is in the state ${state}, which there is not`],
    ['I5', charges.length === 0, `it was given back, and charged by ${charges[0]?.id}`],
    ['I5', receipt !== undefined || openOfRequest > 0 || recent, 'it was given back, and its request has no receipt'],
  ];
}
