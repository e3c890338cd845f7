/** What a dead gateway is known to have delivered is charged: its holds are settled at their checkpoints, on both databases. */
import { newId } from '../../src/kernel/ids';
import { type Nano, nano } from '../../src/kernel/money';
import type { Checkpoint, PlaceHold } from '../../src/ledger/ledger-store';
import type { OpenLedger } from '../../src/storage/ledger/open-ledger';
import { audit, auditLedger } from '../support/audit';
import { addPrice } from '../support/audited-ledger';
import { type DatabaseKind, freshDatabase, isServed, type TestDatabase, whereServed } from '../support/databases';
import { eventually } from '../support/eventually';
import { addWallets, attempt, end, move, place } from '../support/ledger-items';
import { openLedger } from '../support/open-ledger';

const USAGE = { inputTokens: 9, cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens: 4, reasoningTokens: 0, source: 'FLOOR' } as const;

function checkpoint(hold: PlaceHold, charge: bigint, over: Partial<Checkpoint> = {}): Checkpoint {
  return {
    holdId: hold.holdId,
    charge: nano(charge) as Nano,
    progress: {
      upstreamModel: 'gpt-5-mini-2025-08-07',
      reportedModel: 'gpt-5-mini',
      finalChannelId: 'cheap-b',
      priceId: 'gpt-5-mini:ORDINARY@1',
      retryCount: 0,
      fallbackCount: 1,
      providerStatus: 200,
      usage: USAGE,
      timeToFirstTokenMs: 90,
      loweredOutputLimit: 320,
    },
    attempts: [
      attempt({ status: 'FAILED' }),
      attempt({ index: 1, channelId: 'cheap-b', role: 'BACKUP', status: 'CANCELLED', errorCode: 'gateway_crashed', usage: USAGE }),
    ],
    ...over,
  };
}

describe.each<DatabaseKind>(['sqlite', 'mysql'])('checkpoints on %s', (kind) => {
  let served = false;
  let database: TestDatabase;
  let ledger: OpenLedger;

  beforeAll(async () => {
    served = await isServed(kind);
  });

  beforeEach(async () => {
    if (!served) return;
    database = await freshDatabase(kind);
    await addWallets(database, 'acme');
    ledger = await openLedger(database);
    await ledger.store.write({ id: newId(), items: [move('acme', 1_000n)] });
  });

  afterEach(async () => {
    if (!served) return;
    await ledger.close();
    expect(await auditLedger(database)).toEqual([]);
    await database.drop();
  });

  const promise = whereServed(() => served);

  async function placed(count = 1): Promise<PlaceHold[]> {
    const holds = Array.from({ length: count }, () => place('acme', 100n));
    await ledger.store.write({ id: newId(), items: holds });
    return holds;
  }

  /** The process goes without ending its holds, and another one comes. */
  async function recovered(): Promise<void> {
    await ledger.close();
    ledger = await openLedger(database);
    await eventually(async () => expect(await database.query("SELECT id FROM hold WHERE state = 'OPEN'")).toEqual([]));
  }

  const only = async (sql: string) => (await database.query(sql))[0];
  const receiptOf = ({ request }: PlaceHold) => only(`SELECT * FROM receipt WHERE id = '${request.requestId}'`);
  const stateOf = async ({ holdId }: PlaceHold) => (await only(`SELECT state FROM hold WHERE id = '${holdId}'`))?.['state'];
  const wallet = () => only("SELECT posted, held FROM wallet WHERE id = 'acme:RMB'");
  const kept = async () => (await only('SELECT COUNT(*) AS n FROM hold_progress'))?.['n'];

  promise('settle the hold of a dead process at what was delivered, with a receipt that says so', async () => {
    const [hold] = await placed();
    await ledger.store.checkpoint([checkpoint(hold!, 37n)]);
    await recovered();
    expect(await stateOf(hold!)).toBe('SETTLED');
    expect(await wallet()).toEqual({ posted: 963n, held: 0n });
    const receipt = await receiptOf(hold!);
    expect(receipt).toMatchObject({ status: 'ABANDONED', stop_reason: 'GATEWAY_CRASH', charge: 37n, recovered: 1n });
    expect(receipt).toMatchObject({ usage_source: 'FLOOR', input_tokens: 9n, output_tokens: 4n, error_code: 'gateway_crashed' });
    expect(receipt).toMatchObject({ final_channel_id: 'cheap-b', fallback_count: 1n, lowered_output_limit: 320n, no_charge_reason: null });
    const attempts = await database.query('SELECT idx, channel_id, status, charge FROM attempt ORDER BY idx');
    expect(attempts).toEqual([
      { idx: 0n, channel_id: 'cheap-a', status: 'FAILED', charge: 0n },
      { idx: 1n, channel_id: 'cheap-b', status: 'CANCELLED', charge: 37n },
    ]);
    expect(await database.query("SELECT amount, hold_id FROM transfer WHERE kind = 'CHARGE'")).toEqual([
      { amount: 37n, hold_id: hold!.holdId },
    ]);
  });

  promise('stand at the last one, and release what has none', async () => {
    const [far, none] = await placed(2);
    await ledger.store.checkpoint([checkpoint(far!, 10n)]);
    await ledger.store.checkpoint([checkpoint(far!, 20n)]);
    expect(await kept()).toBe(1n);
    await recovered();
    expect([await stateOf(far!), await stateOf(none!)]).toEqual(['SETTLED', 'RELEASED']);
    const nothing = { charge: 0n, retry_count: 0n, fallback_count: 0n, usage_source: 'NONE' };
    expect(await receiptOf(none!)).toMatchObject({ ...nothing, recovered: 1n });
    expect(await wallet()).toEqual({ posted: 980n, held: 0n });
  });

  promise('are kept of all streams, however many run at once', async () => {
    const many = Array.from({ length: 4_001 }, () => checkpoint(place('acme', 1n), 1n));
    await ledger.store.checkpoint(many);
    expect(await kept()).toBe(4_001n);
  });

  promise('charge nothing that is not certain: a checkpoint that cannot be used releases its hold, and no other', async () => {
    const [torn, dear, foreign, refused, good] = await placed(5);
    await ledger.store.checkpoint([
      checkpoint(torn!, 5n),
      checkpoint(dear!, 101n),
      checkpoint(foreign!, 5n),
      checkpoint(refused!, 5n, { attempts: [attempt({ status: null as never })] }),
      checkpoint(good!, 5n),
    ]);
    await database.query(`UPDATE hold_progress SET progress = '{"holdId":' WHERE hold_id = '${torn!.holdId}'`);
    await database.query(`UPDATE hold_progress SET progress = REPLACE(progress, '${foreign!.holdId}', '${good!.holdId}')`);
    await recovered();
    const states = await Promise.all([torn, dear, foreign, refused, good].map((hold) => stateOf(hold!)));
    expect(states).toEqual(['RELEASED', 'RELEASED', 'RELEASED', 'RELEASED', 'SETTLED']);
    expect(await wallet()).toEqual({ posted: 995n, held: 0n });
  });

  promise('book what was delivered above the hold as a loss, as a settlement does', async () => {
    await addPrice(database);
    const [above] = await placed();
    // 9 tokens of input and 4 of output at its price.
    await ledger.store.checkpoint([checkpoint(above!, 100n, { overage: nano(150n) })]);
    await recovered();
    expect(await receiptOf(above!)).toMatchObject({ charge: 100n, hold_amount: 100n });
    expect(await wallet()).toEqual({ posted: 900n, held: 0n });
    expect(await database.query("SELECT kind, amount, receipt_id FROM transfer WHERE debit = 'house:overage-loss:CNY'")).toEqual([
      { kind: 'OVERAGE', amount: 150n, receipt_id: above!.request.requestId },
    ]);
    expect(await audit(database)).toEqual([]);
  });

  promise('book no loss above a hold that is not used up', async () => {
    const [hold] = await placed();
    await ledger.store.checkpoint([checkpoint(hold!, 99n, { overage: nano(1n) })]);
    await recovered();
    expect(await stateOf(hold!)).toBe('RELEASED');
  });

  promise('settle without a transfer where what was delivered is free, and say that it has no price', async () => {
    const [hold] = await placed();
    await ledger.store.checkpoint([checkpoint(hold!, 0n)]);
    await recovered();
    expect(await stateOf(hold!)).toBe('SETTLED');
    expect(await receiptOf(hold!)).toMatchObject({ charge: 0n, usage_source: 'FLOOR', transfer_id: null });
    expect(await receiptOf(hold!)).toMatchObject({ no_charge_reason: expect.stringContaining('nothing that has a price') });
    expect(await wallet()).toEqual({ posted: 1_000n, held: 0n });
  });

  promise('do no harm for a hold that has ended, and are deleted once it has', async () => {
    const [hold] = await placed();
    await ledger.store.write({ id: newId(), items: [end(hold!, 7n)] });
    await ledger.store.checkpoint([checkpoint(hold!, 50n)]);
    await recovered();
    expect(await wallet()).toEqual({ posted: 993n, held: 0n });
    expect(await receiptOf(hold!)).toMatchObject({ status: 'SUCCEEDED', charge: 7n, recovered: 0n });
    if (kind === 'sqlite') expect(await kept()).toBe(0n);
  });

  promise('turn the late settlement of the process itself into nothing', async () => {
    const [hold] = await placed();
    await ledger.store.checkpoint([checkpoint(hold!, 30n)]);
    await recovered();
    expect(await ledger.store.write({ id: newId(), items: [end(hold!, 40n)] })).toEqual([{ verdict: 'not_open' }]);
    expect(await wallet()).toEqual({ posted: 970n, held: 0n });
  });
});
