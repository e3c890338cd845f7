/** What every ledger promises, whatever database stands behind it. */
import { systemClock } from '../../src/kernel/clock';
import { newId } from '../../src/kernel/ids';
import { nano } from '../../src/kernel/money';
import { GroupCommit } from '../../src/ledger/group-commit';
import type { LedgerItem, LedgerStore, LedgerVerdict } from '../../src/ledger/ledger-store';
import { auditLedger } from '../support/audit';
import type { DatabaseKind, Row } from '../support/databases';
import { ledgerBed } from '../support/ledger-bed';
import { attempt, end, move, overage, place, refusal, requestFacts } from '../support/ledger-items';
import { openLedger } from '../support/open-ledger';

describe.each<DatabaseKind>(['sqlite', 'mysql'])('the ledger on %s', (kind) => {
  let store: LedgerStore;
  const bed = ledgerBed(kind, {
    prepare: async () => {
      store = bed.ledger.store;
    },
  });
  const { promise, write } = bed;

  afterEach(async () => {
    if (bed.served) expect(await auditLedger(bed.database)).toEqual([]);
  });

  const accountWith = (balance: bigint) => bed.accountWith(balance, 'RMB');

  const verdictOf = async (item: LedgerItem) => (await write(item))[0]!;
  const rows = (sql: string) => bed.database.query(sql);
  const walletRow = async (account: string, bucket = 'RMB') => (await rows(`SELECT * FROM wallet WHERE id = '${account}:${bucket}'`))[0]!;

  async function expectWallet(account: string, posted: bigint, held: bigint, bucket = 'RMB'): Promise<void> {
    expect(await walletRow(account, bucket)).toMatchObject({ posted, held });
  }

  promise('holds what it grants, and settles it at the charge', async () => {
    const account = await accountWith(100n);
    const hold = place(account, 60n);
    expect(await verdictOf(hold)).toEqual({ verdict: 'granted', amount: 60n });
    await expectWallet(account, 100n, 60n);
    expect(await verdictOf(end(hold, 45n))).toEqual({ verdict: 'done' });
    await expectWallet(account, 55n, 0n);
    expect(await rows(`SELECT state, amount FROM hold WHERE id = '${hold.holdId}'`)).toEqual([{ state: 'SETTLED', amount: 60n }]);
  });

  promise('writes the hold, the receipt and the attempts with every fact', async () => {
    const account = await accountWith(100n);
    const hold = { ...place(account, 60n), request: requestFacts(account, { stream: true, runId: 'run-1' }) };
    await write(hold);
    await write(
      end(hold, 45n, { attempts: [attempt({ status: 'FAILED', errorCode: 'overloaded' }), attempt({ index: 1 })], chargedAttempt: 1 }),
    );
    const [written] = await rows(`SELECT * FROM hold WHERE id = '${hold.holdId}'`);
    expect(written).toMatchObject({ request_id: hold.request.requestId, stream: 1n, run_id: 'run-1', route_id: 'gpt-5-mini:ORDINARY' });
    const [receipt] = await rows(`SELECT * FROM receipt WHERE id = '${hold.request.requestId}'`);
    expect(receipt).toMatchObject({
      account_id: account,
      charge: 45n,
      hold_amount: 60n,
      input_tokens: 900n,
      usage_source: 'PROVIDER',
      status: 'SUCCEEDED',
    });
    expect(receipt).toMatchObject({ created_at: BigInt(hold.request.createdAt), bucket: 'RMB', no_charge_reason: null, latency_ms: 830n });
    const tries = await rows(
      `SELECT idx, status, error_code, charge, latency_ms FROM attempt WHERE receipt_id = '${hold.request.requestId}' ORDER BY idx`,
    );
    expect(tries).toEqual([
      { idx: 0n, status: 'FAILED', error_code: 'overloaded', charge: 0n, latency_ms: 812n },
      { idx: 1n, status: 'SUCCEEDED', error_code: null, charge: 45n, latency_ms: 812n },
    ]);
    const [entry] = await rows(`SELECT * FROM transfer WHERE receipt_id = '${hold.request.requestId}'`);
    expect(entry).toMatchObject({
      kind: 'CHARGE',
      debit: `${account}:RMB`,
      credit: 'house:revenue:CNY',
      amount: 45n,
      hold_id: hold.holdId,
    });
    expect(entry).toMatchObject({ wallet_id: `${account}:RMB`, api_key_id: `${account}-key`, run_id: 'run-1', external_key: null });
  });

  promise('releases a hold without a charge, and writes no transfer for it', async () => {
    const account = await accountWith(100n);
    const hold = place(account, 60n);
    await write(hold);
    await write(end(hold, 0n));
    await expectWallet(account, 100n, 0n);
    expect(await rows(`SELECT state FROM hold WHERE id = '${hold.holdId}'`)).toEqual([{ state: 'RELEASED' }]);
    expect(await rows(`SELECT id FROM transfer WHERE hold_id = '${hold.holdId}'`)).toEqual([]);
    expect((await walletRow(account))['seq']).toBe(1n);
  });

  promise('settles a free model at zero', async () => {
    const account = await accountWith(0n);
    const hold = place(account, 0n);
    expect(await verdictOf(hold)).toEqual({ verdict: 'granted', amount: 0n });
    const free = end(hold, 0n);
    expect(await verdictOf({ ...free, hold: { ...free.hold!, settles: true } })).toEqual({ verdict: 'done' });
    expect(await rows(`SELECT state FROM hold WHERE id = '${hold.holdId}'`)).toEqual([{ state: 'SETTLED' }]);
  });

  promise('writes the receipt of a refusal that held nothing', async () => {
    const account = await accountWith(0n);
    const refused = refusal(account);
    expect(await verdictOf(refused)).toEqual({ verdict: 'done' });
    expect(await rows(`SELECT charge, hold_id FROM receipt WHERE id = '${refused.receipt.requestId}'`)).toEqual([
      { charge: 0n, hold_id: null },
    ]);
  });

  promise('grants down to what the wallet has, and refuses below the least that is asked', async () => {
    const account = await accountWith(100n);
    expect(await verdictOf(place(account, 150n, { atLeast: 101n }))).toEqual({ verdict: 'insufficient', available: 100n });
    expect(await verdictOf(place(account, 150n, { atLeast: 100n }))).toEqual({ verdict: 'granted', amount: 100n });
    expect(await verdictOf(place(account, 1n))).toEqual({ verdict: 'insufficient', available: 0n });
    await expectWallet(account, 100n, 100n);
  });

  promise('decides the items of one batch in their order', async () => {
    const account = await accountWith(10n);
    const first = place(account, 10n);
    await write(first);
    const verdicts = await write(
      place(account, 5n),
      end(first, 4n),
      place(account, 5n),
      place(account, 5n, { atLeast: 1n }),
      move(account, 2n),
      place(account, 2n),
    );
    expect(verdicts).toEqual<LedgerVerdict[]>([
      { verdict: 'insufficient', available: 0n },
      { verdict: 'done' },
      { verdict: 'granted', amount: 5n },
      { verdict: 'granted', amount: 1n },
      { verdict: 'done' },
      { verdict: 'granted', amount: 2n },
    ]);
    await expectWallet(account, 8n, 8n);
  });

  promise('admits exactly those that fit, of 200 at once', async () => {
    const account = await accountWith(10n);
    const other = kind === 'mysql' ? await openLedger(bed.database) : null;
    const commits = [store, other?.store ?? store].map((each) => new GroupCommit(each));
    const verdicts = await Promise.all(Array.from({ length: 200 }, (_, at) => commits[at % 2]!.place(place(account, 1n))));
    expect(verdicts.filter(({ verdict }) => verdict === 'granted')).toHaveLength(10);
    expect(verdicts.filter(({ verdict }) => verdict === 'insufficient')).toHaveLength(190);
    await expectWallet(account, 10n, 10n);
    await other?.close();
  });

  promise('settles once, and leaves no trace of a second end', async () => {
    const account = await accountWith(100n);
    const hold = place(account, 60n);
    await write(hold);
    const [first, second] = await Promise.all([verdictOf(end(hold, 20n)), verdictOf(end(hold, 30n))]);
    expect([first!.verdict, second!.verdict].sort()).toEqual(['done', 'not_open']);
    expect(await verdictOf(end(hold, 10n))).toEqual({ verdict: 'not_open' });
    expect(await rows(`SELECT id FROM receipt WHERE hold_id = '${hold.holdId}'`)).toHaveLength(1);
    expect(await rows(`SELECT idx FROM attempt WHERE receipt_id = '${hold.request.requestId}'`)).toHaveLength(1);
  });

  promise('settles once within one batch', async () => {
    const account = await accountWith(100n);
    const hold = place(account, 60n);
    await write(hold);
    expect(await write(end(hold, 20n), end(hold, 30n))).toEqual([{ verdict: 'done' }, { verdict: 'not_open' }]);
    await expectWallet(account, 80n, 0n);
  });

  promise('moves a hold to the other wallet, or leaves both wallets as they were', async () => {
    const account = await accountWith(100n);
    await write(move(account, 50n, {}, 'CREDIT'));
    const hold = place(account, 60n);
    await write(hold);
    const replaces = { holdId: hold.holdId, walletId: hold.walletId, amount: 60n, placedAt: hold.placedAt };
    expect(await verdictOf(place(account, 51n, { replaces }, 'CREDIT'))).toEqual({ verdict: 'insufficient', available: 50n });
    await expectWallet(account, 100n, 60n);
    await expectWallet(account, 50n, 0n, 'CREDIT');
    expect(await verdictOf(place(account, 50n, { replaces }, 'CREDIT'))).toEqual({ verdict: 'granted', amount: 50n });
    await expectWallet(account, 100n, 0n);
    await expectWallet(account, 50n, 50n, 'CREDIT');
    expect(await verdictOf(place(account, 0n, { replaces }, 'CREDIT'))).toEqual({ verdict: 'not_open' });
    expect(await rows(`SELECT state FROM hold WHERE id = '${hold.holdId}'`)).toEqual([{ state: 'RELEASED' }]);
  });

  promise('gives a hold back once, also where its wallet holds enough for others', async () => {
    const account = await accountWith(200n);
    await write(move(account, 50n, {}, 'CREDIT'));
    const hold = place(account, 60n);
    await write(hold, place(account, 70n));
    const replaces = { holdId: hold.holdId, walletId: hold.walletId, amount: 60n, placedAt: hold.placedAt };
    expect(await verdictOf(place(account, 50n, { replaces }, 'CREDIT'))).toEqual({ verdict: 'granted', amount: 50n });
    expect(await verdictOf(place(account, 0n, { replaces }, 'CREDIT'))).toEqual({ verdict: 'not_open' });
    expect(await verdictOf(end(hold, 0n))).toEqual({ verdict: 'not_open' });
    await expectWallet(account, 200n, 70n);
  });

  promise('never moves money twice for one external key', async () => {
    const account = await accountWith(0n);
    const first = move(account, 5n, { externalKey: `payment-${newId()}` });
    expect(await verdictOf(first)).toEqual({ verdict: 'done' });
    const again = { ...first, transferId: newId() };
    expect(await verdictOf(again)).toEqual({ verdict: 'duplicate', same: true, transferId: first.transferId });
    const fresh = move(account, 3n, { externalKey: `payment-${newId()}` });
    expect(await write(fresh, { ...fresh, transferId: newId() }, again)).toEqual([
      { verdict: 'done' },
      { verdict: 'duplicate', same: true, transferId: fresh.transferId },
      { verdict: 'duplicate', same: true, transferId: first.transferId },
    ]);
    await expectWallet(account, 8n, 0n);
  });

  promise('moves money once for an external key that comes many times at once', async () => {
    const account = await accountWith(0n);
    const externalKey = `payment-${newId()}`;
    const verdicts = await Promise.all(Array.from({ length: 8 }, () => verdictOf(move(account, 5n, { externalKey }))));
    expect(verdicts.filter(({ verdict }) => verdict === 'done')).toHaveLength(1);
    expect(verdicts.filter(({ verdict }) => verdict === 'duplicate')).toHaveLength(7);
    await expectWallet(account, 5n, 0n);
  });

  promise('names the house account of each kind of movement', async () => {
    const account = await accountWith(0n);
    const [hold, topUp] = [place(account, 7n), move(account, 9n)];
    const charge = end(hold, 7n);
    await write(topUp, move(account, 8n, { entryKind: 'REDEMPTION' }), hold, charge);
    await write(move(account, 7n, { entryKind: 'REFUND', receiptId: hold.request.requestId }), move(account, -6n));
    const written = await rows(
      `SELECT kind, debit, credit FROM transfer WHERE wallet_id = '${account}:RMB' AND kind <> 'CHARGE' ORDER BY amount DESC`,
    );
    expect(written).toEqual([
      { kind: 'TOP_UP', debit: 'house:top-up:CNY', credit: `${account}:RMB` },
      { kind: 'REDEMPTION', debit: 'house:top-up:CNY', credit: `${account}:RMB` },
      { kind: 'REFUND', debit: 'house:revenue:CNY', credit: `${account}:RMB` },
      { kind: 'ADJUSTMENT', debit: `${account}:RMB`, credit: 'house:adjustment:CNY' },
    ]);
  });

  promise('takes nothing by an adjustment that is held or not there', async () => {
    const account = await accountWith(10n);
    await write(place(account, 6n));
    expect(await verdictOf(move(account, -5n))).toEqual({ verdict: 'insufficient', available: 4n });
    expect(await verdictOf(move(account, -4n))).toEqual({ verdict: 'done' });
    await expectWallet(account, 6n, 6n);
  });

  promise('books what the usage cost above the hold between house accounts, and charges the wallet no more than was held', async () => {
    const account = await accountWith(10n);
    const hold = place(account, 6n);
    await write(hold);
    await write(end(hold, 6n, overage(3n)));
    await expectWallet(account, 4n, 0n);
    const [loss] = await rows(`SELECT * FROM transfer WHERE receipt_id = '${hold.request.requestId}' AND kind = 'OVERAGE'`);
    expect(loss).toMatchObject({
      amount: 3n,
      debit: 'house:overage-loss:CNY',
      credit: 'house:revenue:CNY',
      wallet_id: null,
      hold_id: null,
    });
  });

  promise('never settles more than was held', async () => {
    const account = await accountWith(100n);
    const hold = place(account, 10n);
    await write(hold, place(account, 50n));
    await expect(write(end(hold, 11n))).rejects.toThrow(/more than was held/);
    await expect(write(end(hold, 11n, {}, 11n))).rejects.toThrow(/is of 10 on/);
    await expectWallet(account, 100n, 60n);
  });

  promise('never crosses currencies', async () => {
    const account = await accountWith(0n);
    await expect(write(move(account, 5n, { currency: 'USD' }))).rejects.toThrow(/does not hold/);
    await expect(write(place(account, 5n, { walletId: `${account}:GOLD` }))).rejects.toThrow(/no wallet/);
  });

  promise('says which wallet is missing', async () => {
    await expect(write(place('nobody', 5n))).rejects.toThrow('There is no wallet "nobody:RMB".');
    await expect(write(move('nobody', 5n))).rejects.toThrow('There is no wallet "nobody:RMB".');
    await expect(write(place('nobody', 0n))).rejects.toThrow('There is no wallet "nobody:RMB".');
  });

  promise('lets a poisoned item fail alone', async () => {
    const account = await accountWith(1_000n);
    const commits = new GroupCommit(store);
    const twice = place(account, 1n);
    await commits.place(twice);
    const good = Array.from({ length: 40 }, () => place(account, 1n));
    const poisoned = [place('nobody', 1n), place(account, 2n ** 63n), twice, place(account, -1n)];
    const items = [...good.slice(0, 13), poisoned[0]!, ...good.slice(13, 20), ...poisoned.slice(1), ...good.slice(20)];
    const results = await Promise.allSettled(items.map((item) => commits.place(item)));
    const failed = items.filter((_, at) => results[at]!.status === 'rejected');
    expect(new Set(failed)).toEqual(new Set(poisoned));
    await expectWallet(account, 1_000n, 41n);
  });

  promise('keeps amounts above 2⁵³ exact', async () => {
    const account = await accountWith(2n ** 62n);
    const hold = place(account, 9_007_199_254_740_993n);
    expect(await verdictOf(hold)).toEqual({ verdict: 'granted', amount: 9_007_199_254_740_993n });
    await write(end(hold, 9_007_199_254_740_991n));
    await expectWallet(account, 2n ** 62n - 9_007_199_254_740_991n, 0n);
    const [entry] = await rows(`SELECT amount, batch_rest FROM transfer WHERE hold_id = '${hold.holdId}'`);
    expect(entry).toEqual({ amount: 9_007_199_254_740_991n, batch_rest: 0n });
    expect((await rows(`SELECT charge, hold_amount FROM receipt WHERE hold_id = '${hold.holdId}'`))[0]).toEqual({
      charge: 9_007_199_254_740_991n,
      hold_amount: 9_007_199_254_740_993n,
    });
  });

  promise('chains the balances of a wallet without a gap, and those of the entries of one batch', async () => {
    const account = await accountWith(100n);
    const holds = [place(account, 10n), place(account, 20n), place(account, 30n)];
    await write(...holds);
    await write(end(holds[0]!, 1n), move(account, 7n), end(holds[1]!, 2n), end(holds[2]!, 30n));
    const entries = await rows(`SELECT amount, batch_rest FROM transfer WHERE wallet_id = '${account}:RMB' ORDER BY amount`);
    expect(entries.map((entry: Row) => entry['batch_rest'])).toEqual([-25n, -30n, -32n, 0n, 0n]);
    expect((await walletRow(account))['seq']).toBe(2n);
  });

  promise('chains those wallets alone that a batch moves money of', async () => {
    const [paid, held] = [await accountWith(100n), await accountWith(100n)];
    const before = await walletRow(held);
    await write(move(paid, 5n), place(held, 10n));
    expect((await walletRow(paid))['seq']).toBe(2n);
    expect(await walletRow(held)).toEqual({ ...before, held: 10n });
    expect(await rows(`SELECT seq FROM wallet_change WHERE wallet_id = '${held}:RMB'`)).toEqual([{ seq: 1n }]);
  });

  promise('keeps a history in order between two processes with different clocks', async () => {
    if (kind === 'sqlite') return;
    const account = await accountWith(0n);
    const slow = { ...systemClock, now: () => Date.now() - 3_600_000 };
    const behind = await openLedger(bed.database, { clock: slow });
    for (let turn = 0; turn < 3; turn += 1) {
      await write(move(account, 1n));
      await behind.store.write({ id: newId(), items: [move(account, 1n)] });
    }
    await behind.close();
    expect((await walletRow(account))['seq']).toBe(6n);
  });

  promise('takes any text: it is cut to its column and made well-formed, and never is a statement', async () => {
    const account = await accountWith(100n);
    const nasty = `'; DROP TABLE hold; -- \\ " ? \n \0 \u{1f680} \ud800 ${'x'.repeat(400)}`;
    const request = { ...requestFacts(account), requestedModel: nasty, projectId: 'Straße'.repeat(20), endpoint: '/v1/ж' };
    const hold = { ...place(account, 5n), request };
    await write(hold);
    const receipt = { ...end(hold, 1n).receipt, errorMessage: '\u{1f680}'.repeat(600), reportedModel: nasty };
    expect(await verdictOf(end(hold, 1n, { receipt }))).toEqual({ verdict: 'done' });
    const [written] = await rows(`SELECT requested_model, error_message, endpoint FROM receipt WHERE id = '${request.requestId}'`);
    expect(written!['requested_model']).toBe([...nasty.replace('\ud800', '\ufffd')].slice(0, 200).join(''));
    expect(written!['error_message']).toBe('\u{1f680}'.repeat(500));
    expect(written!['endpoint']).toBe('/v1/?');
  });

  promise('says that it is healthy while it is', async () => {
    expect(await bed.ledger.healthy()).toBe(true);
  });

  promise('writes a mixed load of many wallets at once without a loss', async () => {
    const names = await Promise.all(Array.from({ length: 5 }, () => accountWith(1_000_000n)));
    const commits = new GroupCommit(store);
    const requests = Array.from({ length: 600 }, async (_, at) => {
      const hold = place(names[at % 5]!, 100n);
      const granted = await commits.place(hold);
      expect(granted).toEqual({ verdict: 'granted', amount: 100n });
      return await commits.end(end(hold, BigInt(at % 101), at % 7 === 0 ? overage(1n) : { overage: nano(0n) }));
    });
    expect((await Promise.all(requests)).every(({ verdict }) => verdict === 'done')).toBe(true);
    for (const name of names) expect((await walletRow(name))['held']).toBe(0n);
  });
});
