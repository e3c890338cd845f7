/** What the ledger promises of spend limits, idempotency keys and refunds, whatever database stands behind it. */
import { createHash } from 'node:crypto';
import { newId } from '../../src/kernel/ids';
import { BUCKETS } from '../../src/kernel/words';
import { GroupCommit } from '../../src/ledger/group-commit';
import type { LedgerItem, LedgerVerdict, PlaceHold } from '../../src/ledger/ledger-store';
import { counterId } from '../../src/ledger/spend-counter';
import type { DatabaseKind } from '../support/databases';
import { ledgerBed } from '../support/ledger-bed';
import { end, move, place, requestFacts } from '../support/ledger-items';

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
const DAY = 86_400_000;

describe.each<DatabaseKind>(['sqlite', 'mysql'])('limits of the ledger on %s', (kind) => {
  const bed = ledgerBed(kind);
  const { promise, write } = bed;

  const accountWith = (balance: bigint) => bed.accountWith(balance, ...BUCKETS);

  const verdictOf = async (item: LedgerItem): Promise<LedgerVerdict | undefined> => (await write(item))[0];

  const ofKey = (account: string, item: PlaceHold, window: 'DAY' | 'LIFETIME' = 'LIFETIME') =>
    counterId({ scope: 'key', scopeId: `${account}-key`, bucket: 'RMB', window }, item.placedAt);

  /** A hold that must stay within a ceiling of its key. */
  function within(account: string, amount: bigint, ceiling: bigint, over: Partial<PlaceHold> = {}): PlaceHold {
    const item = place(account, amount, over);
    return { ...item, ceilings: [{ counterId: ofKey(account, item), ceiling }] };
  }

  async function counted(id: string): Promise<readonly [spent: bigint, held: bigint] | undefined> {
    const [row] = await bed.database.query(`SELECT spent, held FROM spend_counter WHERE id = '${id}'`);
    return row === undefined ? undefined : [BigInt(row['spent'] ?? 0), BigInt(row['held'] ?? 0)];
  }

  describe('a spend limit', () => {
    promise('refuses the hold that would pass it, and says what is spent and held', async () => {
      const account = await accountWith(1_000n);
      const [first, second] = [within(account, 60n, 100n), within(account, 40n, 100n)];
      expect(await verdictOf(first)).toEqual({ verdict: 'granted', amount: 60n });
      expect(await verdictOf(second)).toEqual({ verdict: 'granted', amount: 40n });
      await write(end(second, 30n));
      const third = within(account, 20n, 100n);
      expect(await verdictOf(third)).toEqual({
        verdict: 'over_limit',
        counterId: ofKey(account, third),
        ceiling: 100n,
        spent: 30n,
        held: 60n,
      });
      expect(await verdictOf(within(account, 10n, 100n))).toEqual({ verdict: 'granted', amount: 10n });
    });

    promise('lowers a grant like a short balance does, down to the least that is asked for', async () => {
      const account = await accountWith(1_000n);
      expect(await verdictOf(within(account, 200n, 100n, { atLeast: 80n }))).toEqual({ verdict: 'granted', amount: 100n });
      expect(await verdictOf(within(account, 200n, 100n, { atLeast: 1n }))).toMatchObject({ verdict: 'over_limit', held: 100n });
    });

    promise('that is set later counts what was spent and held before', async () => {
      const account = await accountWith(1_000n);
      const [settled, released, open] = [place(account, 50n), place(account, 50n), place(account, 25n)];
      await write(settled, released, open);
      await write(end(settled, 40n), end(released, 0n));
      const limited = within(account, 36n, 100n);
      expect(await verdictOf(limited)).toMatchObject({ verdict: 'over_limit', spent: 40n, held: 25n });
      expect(await verdictOf(within(account, 35n, 100n))).toEqual({ verdict: 'granted', amount: 35n });
      await write(end(open, 5n));
      expect(await counted(ofKey(account, limited))).toEqual([45n, 35n]);
    });

    promise('counts from the beginning of its window, by the moment at which each hold was placed', async () => {
      const account = await accountWith(1_000n);
      const today = place(account, 1n).placedAt;
      const yesterday = place(account, 70n, { placedAt: today - DAY });
      await write(yesterday, place(account, 20n));
      const limited = place(account, 90n);
      const ceilings = [{ counterId: ofKey(account, limited, 'DAY'), ceiling: 100n }];
      expect(await verdictOf({ ...limited, ceilings })).toMatchObject({ verdict: 'over_limit', spent: 0n, held: 20n });
      expect(await verdictOf({ ...limited, amount: 80n, atLeast: 80n, ceilings })).toEqual({ verdict: 'granted', amount: 80n });
      await write(end(yesterday, 70n));
      expect(await counted(ofKey(account, limited, 'DAY'))).toEqual([0n, 100n]);
    });

    promise('of a project counts all of its keys, and none of another bucket', async () => {
      const account = await accountWith(1_000n);
      const item = place(account, 30n);
      const id = counterId({ scope: 'project', scopeId: 'bots', bucket: 'RMB', window: 'LIFETIME' }, item.placedAt);
      const request = { ...requestFacts(account), apiKeyId: `${account}-other` };
      await write(place(account, 50n, { request }), place(account, 500n, {}, 'CREDIT'));
      const ceilings = [{ counterId: id, ceiling: 80n }];
      expect(await verdictOf({ ...item, ceilings })).toEqual({ verdict: 'granted', amount: 30n });
      expect(await verdictOf({ ...place(account, 1n), ceilings })).toMatchObject({ verdict: 'over_limit', held: 80n });
    });

    promise('admits exactly those that fit, of 200 at once', async () => {
      const account = await accountWith(1_000_000n);
      const commits = new GroupCommit(bed.ledger.store);
      const verdicts = await Promise.all(Array.from({ length: 200 }, () => commits.place(within(account, 7n, 70n))));
      expect(verdicts.filter(({ verdict }) => verdict === 'granted')).toHaveLength(10);
      expect(await counted(ofKey(account, within(account, 7n, 70n)))).toEqual([0n, 70n]);
    });

    promise('holds for places and ends in one batch, in their order', async () => {
      const account = await accountWith(1_000n);
      const first = within(account, 100n, 100n);
      await write(first);
      const second = within(account, 60n, 100n);
      const third = within(account, 1n, 100n);
      const verdicts = await write(end(first, 40n), second, third);
      expect(verdicts.map(({ verdict }) => verdict)).toEqual(['done', 'granted', 'over_limit']);
      expect(await counted(ofKey(account, first))).toEqual([40n, 60n]);
    });

    promise('is given back by a hold that another one takes the place of', async () => {
      const account = await accountWith(1_000n);
      const first = within(account, 100n, 100n);
      await write(first);
      const { holdId, walletId, amount, placedAt } = first;
      await write(place(account, 50n, { request: first.request, replaces: { holdId, walletId, amount, placedAt } }, 'CREDIT'));
      expect(await counted(ofKey(account, first))).toEqual([0n, 0n]);
    });
  });

  describe('an idempotency key', () => {
    const keyed = (account: string, key: string, body = 'body', over: Partial<PlaceHold> = {}) =>
      place(account, 10n, { idempotence: { id: hashOf(`${account} ${key}`), bodyHash: hashOf(body) }, ...over });

    promise('places one hold: a twin finds it running, and after the settlement, settled', async () => {
      const account = await accountWith(1_000n);
      const first = keyed(account, 'a');
      expect(await verdictOf(first)).toMatchObject({ verdict: 'granted' });
      expect(await verdictOf(keyed(account, 'a'))).toEqual({ verdict: 'same_key', state: 'running', requestId: first.request.requestId });
      expect(await verdictOf(keyed(account, 'a', 'another'))).toMatchObject({ verdict: 'same_key', state: 'other_body' });
      await write(end(first, 5n));
      expect(await verdictOf(keyed(account, 'a'))).toEqual({ verdict: 'same_key', state: 'settled', requestId: first.request.requestId });
    });

    promise('may be used again, with the same body, after an end that cost nothing', async () => {
      const account = await accountWith(1_000n);
      const first = keyed(account, 'b');
      await write(first);
      await write(end(first, 0n));
      expect(await verdictOf(keyed(account, 'b', 'another'))).toMatchObject({ state: 'other_body' });
      const second = keyed(account, 'b');
      expect(await verdictOf(second)).toMatchObject({ verdict: 'granted' });
      await write(end(second, 5n));
      expect(await verdictOf(keyed(account, 'b'))).toMatchObject({ state: 'settled', requestId: second.request.requestId });
    });

    promise('is not taken by a hold that was refused', async () => {
      const account = await accountWith(5n);
      expect(await verdictOf(keyed(account, 'c'))).toMatchObject({ verdict: 'insufficient' });
      await write(move(account, 100n));
      expect(await verdictOf(keyed(account, 'c', 'another'))).toMatchObject({ verdict: 'granted' });
    });

    promise('stays with its request when the hold moves to the other balance', async () => {
      const account = await accountWith(1_000n);
      const first = keyed(account, 'd');
      await write(first);
      const { holdId, walletId, amount, placedAt, idempotence, request } = first;
      const second = place(account, 10n, { request, idempotence, replaces: { holdId, walletId, amount, placedAt } }, 'CREDIT');
      expect(await verdictOf(second)).toMatchObject({ verdict: 'granted' });
      expect(await verdictOf(keyed(account, 'd'))).toMatchObject({ state: 'running' });
      await write(end(second, 1n));
      expect(await verdictOf(keyed(account, 'd'))).toMatchObject({ state: 'settled' });
    });

    promise('grants exactly one of a hundred at once', async () => {
      const account = await accountWith(1_000_000n);
      const lanes = [new GroupCommit(bed.ledger.store), new GroupCommit(bed.ledger.store)];
      const places = Array.from({ length: 100 }, (_, nth) => lanes[nth % 2]?.place(keyed(account, 'e')));
      const verdicts = await Promise.all(places);
      expect(verdicts.filter((each) => each?.verdict === 'granted')).toHaveLength(1);
      expect(verdicts.filter((each) => each?.verdict === 'same_key')).toHaveLength(99);
    });
  });

  describe('a refund', () => {
    async function charged(account: string, amount: bigint): Promise<string> {
      const hold = place(account, amount);
      await write(hold, end(hold, amount));
      return hold.request.requestId;
    }
    const refund = (account: string, receiptId: string, amount: bigint, bucket: 'RMB' | 'CREDIT' = 'RMB') =>
      move(account, amount, { entryKind: 'REFUND', receiptId }, bucket);

    promise('gives back at most the charge, in all', async () => {
      const account = await accountWith(100n);
      const receiptId = await charged(account, 100n);
      expect(await verdictOf(refund(account, receiptId, 60n))).toEqual({ verdict: 'done' });
      expect(await verdictOf(refund(account, receiptId, 41n))).toEqual({ verdict: 'over_charge', charged: 100n, refunded: 60n });
      const verdicts = await write(refund(account, receiptId, 30n), refund(account, receiptId, 30n));
      expect(verdicts.map(({ verdict }) => verdict)).toEqual(['done', 'over_charge']);
      const [wallet] = await bed.database.query(`SELECT posted FROM wallet WHERE id = '${account}:RMB'`);
      expect(wallet).toEqual({ posted: 90n });
    });

    promise('goes to the balance that paid, for a receipt that exists', async () => {
      const account = await accountWith(100n);
      const receiptId = await charged(account, 50n);
      await expect(write(refund(account, receiptId, 1n, 'CREDIT'))).rejects.toThrow(/was paid from .*:RMB/);
      await expect(write(refund(account, newId(), 1n))).rejects.toThrow(/There is no receipt/);
    });

    promise('with a key that was used is a duplicate, and says whether it is the same', async () => {
      const account = await accountWith(100n);
      const receiptId = await charged(account, 50n);
      const first = refund(account, receiptId, 10n);
      await write(first);
      const { externalKey, transferId } = first;
      expect(await verdictOf({ ...refund(account, receiptId, 10n), externalKey })).toEqual({
        verdict: 'duplicate',
        same: true,
        transferId,
      });
      expect(await verdictOf({ ...refund(account, receiptId, 11n), externalKey })).toEqual({
        verdict: 'duplicate',
        same: false,
        transferId,
      });
    });
  });

  promise('an answer is kept with its settlement, and a later one takes its place', async () => {
    const account = await accountWith(100n);
    const id = hashOf('answer');
    for (const sealed of ['first', 'second']) {
      const hold = place(account, 10n);
      await write(hold, end(hold, 1n, { answer: { id, sealed, expiresAt: 5 } }));
      expect(await bed.database.query(`SELECT sealed, expires_at FROM stored_answer WHERE id = '${id}'`)).toEqual([
        { sealed, expires_at: 5n },
      ]);
    }
  });
});
