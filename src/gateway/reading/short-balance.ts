/** What the user is told where a balance does not cover the least that a request asks of it. */
import { Fault } from '../../kernel/fault';
import { formatDecimal, type Nano } from '../../kernel/money';
import { type Bucket, currencyOf } from '../../kernel/words';

/** `available`: left out where it is not known. */
export function shortBalance(bucket: Bucket, needed: Nano, available?: bigint): Fault {
  const money = (amount: bigint) => `${formatDecimal(amount)} ${currencyOf(bucket)}`;
  const has = available === undefined ? '' : `, and ${money(available)} is available`;
  return new Fault('insufficient_quota', `The ${bucket} balance does not cover this request: it can cost up to ${money(needed)}${has}.`);
}
