/** The rules of a wallet and of its balance chain: one link for each batch that moved its money. */
import { sumOf } from '../../kernel/lists';
import { currencyOfBucket, signed } from './audit-transfer';
import { broken, type Finding } from './finding';
import type { Row } from './tables';

/** Where the walk along a chain stands. */
export interface ChainPlace {
  readonly seq: bigint;
  readonly posted: bigint;
  readonly atUs: bigint;
}

export const CHAIN_START: ChainPlace = { seq: 0n, posted: 0n, atUs: 0n };

/** One link against the one before it. */
export function auditLink(link: Row<'change'>, before: ChainPlace): Finding[] {
  const { seq, postedDelta, postedAfter, heldAfter, atUs } = link;
  return broken(subjectOf(link), [
    ['I7', seq === before.seq + 1n, `a gap: it follows on ${before.seq}`],
    [
      'I7',
      postedAfter === before.posted + postedDelta,
      `it leads from ${before.posted} by ${postedDelta} to ${postedAfter}: it does not continue the balance before it`,
    ],
    ['I7', atUs > before.atUs, 'it is not later than the one before it'],
    ['I4', heldAfter >= 0n && postedAfter >= heldAfter, `it leaves ${postedAfter} posted and ${heldAfter} held`],
  ]);
}

/** One link against the entries of its wallet and batch. */
export function auditEntriesOfLink(link: Row<'change'>, entries: readonly Row<'transfer'>[]): Finding[] {
  const sum = sumOf(entries.map(signed));
  return broken(subjectOf(link), [
    ['I7', entries.length > 0, 'it has no entry'],
    ['I2', link.postedDelta === sum, `it changes the balance by ${link.postedDelta}, its entries add up to ${sum}`],
    ['I7', balancesChain(entries, link), 'the balances of its entries do not chain up'],
  ]);
}

/** The wallet against the end of its chain and its open holds. */
export function auditWallet(wallet: Row<'wallet'>, end: ChainPlace, openHolds: bigint): Finding[] {
  const { id, accountId, bucket, currency, posted, held, seq, changedAtUs } = wallet;
  return broken({ row: `wallet ${id}`, walletId: id, entryId: null }, [
    ['I14', id === `${accountId}:${bucket}`, `it is stored as the one of ${accountId} in ${bucket}`],
    ['I14', currency === currencyOfBucket(bucket), `it is stored as one in ${currency}`],
    ['I2', posted === end.posted, `its balance is ${posted}, its entries add up to ${end.posted}`],
    ['I3', held === openHolds, `${held} is held, its open holds add up to ${openHolds}`],
    ['I4', held >= 0n && posted >= held, `${posted} is posted and ${held} held`],
    ['I7', seq === end.seq, `it counts ${seq} changes, its chain has ${end.seq}`],
    // The next link is later than this: what it says wrongly would move money into another month.
    ['I7', changedAtUs === end.atUs, `it says that it was changed at ${changedAtUs}, its chain ends at ${end.atUs}`],
  ]);
}

function subjectOf({ walletId, seq }: Row<'change'>) {
  return { row: `wallet_change ${walletId} #${seq}`, walletId, entryId: null };
}

/** Each entry leads from one balance to another: together they must be one walk from the first balance to the last. */
function balancesChain(entries: readonly Row<'transfer'>[], { postedDelta, postedAfter }: Row<'change'>): boolean {
  const surplus = new Map<bigint, number>();
  const count = (balance: bigint, by: number) => surplus.set(balance, (surplus.get(balance) ?? 0) + by);
  for (const entry of entries) {
    const after = postedAfter - entry.batchRest;
    count(after - signed(entry), 1);
    count(after, -1);
  }
  count(postedAfter - postedDelta, -1);
  count(postedAfter, 1);
  return [...surplus.values()].every((each) => each === 0);
}
