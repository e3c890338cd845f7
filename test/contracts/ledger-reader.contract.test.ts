/** What the reading side promises of receipts, attempts and wallets, whatever database stands behind it. */
import { Fault } from '../../src/kernel/fault';
import { newId } from '../../src/kernel/ids';
import { InvariantBroken } from '../../src/kernel/invariant';
import type { PageRequest, ReceiptFilter, Scope } from '../../src/ledger/ledger-reader';
import type { EndRequest, PlaceHold } from '../../src/ledger/ledger-store';
import type { ReceiptRecord, RequestFacts } from '../../src/ledger/receipt';
import { endOfText, textOfEnd } from '../../src/storage/spool/end-text';
import type { DatabaseKind, TestDatabase } from '../support/databases';
import { ledgerBed } from '../support/ledger-bed';
import { attempt, end, place, refusal, requestFacts } from '../support/ledger-items';
import { readAllPages } from '../support/read-all-pages';
import { seededRandom } from '../support/seeded-random';

const LARGE = 2n ** 53n + 1n;

describe.each<DatabaseKind>(['sqlite', 'mysql'])('reading receipts and wallets on %s', (kind) => {
  const bed = ledgerBed(kind);
  const { promise, write } = bed;

  const accountWith = (balance: bigint) => bed.accountWith(balance, 'RMB');

  const holdOf = (account: string, facts: Partial<RequestFacts> = {}, amount = 10n): PlaceHold => ({
    ...place(account, amount),
    request: requestFacts(account, facts),
  });

  /** A settled request; gives its receipt. */
  async function settled(account: string, facts: Partial<RequestFacts> = {}, over: Partial<ReceiptRecord> = {}): Promise<ReceiptRecord> {
    const hold = holdOf(account, facts);
    const ended = end(hold, 1n);
    const item: EndRequest = { ...ended, receipt: { ...ended.receipt, ...over } };
    await write(hold);
    await write(item);
    return item.receipt;
  }

  async function inFlight(account: string, facts: Partial<RequestFacts> = {}): Promise<PlaceHold> {
    const hold = holdOf(account, facts);
    await write(hold);
    return hold;
  }

  const idsOf = async (scope: Scope, filter: ReceiptFilter = {}, first = 100) =>
    (await bed.open.reader.receipts(scope, { first }, filter)).items.map((item) => item.node.record.requestId);

  promise('gives a receipt with every fact that was written, and its hold', async () => {
    const account = await accountWith(100n);
    const hold = holdOf(account, { stream: true, runId: 'run-1', requestedModel: 'modèle-😀' });
    await write(hold);
    const item = end(hold, 7n);
    await write(item);
    const read = await bed.open.reader.receipt(hold.request.requestId, { accountId: account });
    const resolvedAt = read?.hold?.resolvedAt;
    expect(read).toEqual({
      inFlight: false,
      record: item.receipt,
      hold: { id: hold.holdId, amount: 10n, state: 'SETTLED', placedAt: hold.placedAt, expiresAt: hold.expiresAt, resolvedAt },
    });
    expect(typeof resolvedAt).toBe('number');
  });

  promise('gives the receipt of a refusal without a hold', async () => {
    const account = await accountWith(100n);
    const { receipt, ...item } = refusal(account);
    const unread = {
      ...receipt,
      requestedModel: null,
      routeId: null,
      routeType: null,
      bucket: null,
      primaryChannelId: null,
      latencyMs: null,
    };
    await write({ ...item, receipt: unread });
    expect(await bed.open.reader.receipt(receipt.requestId, null)).toEqual({ inFlight: false, record: unread, hold: null });
  });

  promise('shows a request in flight while its hold is open, and its receipt from then on, never both', async () => {
    const account = await accountWith(100n);
    const older = await settled(account);
    const hold = await inFlight(account);
    const { requestId } = hold.request;
    expect(await bed.open.reader.receipt(requestId, { accountId: account })).toEqual({
      inFlight: true,
      record: { ...hold.request, ...hold.route },
      hold: { id: hold.holdId, amount: 10n, state: 'OPEN', placedAt: hold.placedAt, expiresAt: hold.expiresAt, resolvedAt: null },
    });
    expect(await idsOf({ accountId: account }, { status: 'IN_FLIGHT' })).toEqual([requestId]);
    await write(end(hold, 4n));
    expect((await bed.open.reader.receipt(requestId, null))?.inFlight).toBe(false);
    expect(await idsOf({ accountId: account })).toEqual([requestId, older.requestId]);
    expect(await idsOf({ accountId: account }, { status: 'IN_FLIGHT' })).toEqual([]);
  });

  promise('visits every row once on the way to the end, while requests begin and end', async () => {
    const account = await accountWith(1_000n);
    const waiting: PlaceHold[] = [];
    const expected: string[] = [];
    for (let count = 0; count < 23; count += 1) {
      if (count % 3 === 0) waiting.push(await inFlight(account));
      expected.push(count % 3 === 0 ? waiting.at(-1)!.request.requestId : (await settled(account)).requestId);
    }
    const read = (after: string | undefined) =>
      bed.open.reader.receipts({ accountId: account }, { first: 4, ...(after === undefined ? {} : { after }) }, {});
    const nodes = await readAllPages(read, async () => {
      await settled(account);
      const ending = waiting.pop();
      if (ending !== undefined) await write(end(ending, 1n));
    });
    expect(nodes.map((node) => node.record.requestId)).toEqual(expected.reverse());
  });

  promise('is the same list at every size of page, by time, also where many have the same', async () => {
    const account = await accountWith(1_000n);
    const random = seededRandom();
    for (let count = 0; count < 14; count += 1) {
      const createdAt = 1_000_000 + random.between(0, 3);
      if (random.chance(0.3)) await inFlight(account, { createdAt });
      else await settled(account, { createdAt });
    }
    const whole = (await bed.open.reader.receipts({ accountId: account }, { first: 100 }, {})).items.map(({ node }) => node.record);
    const byTime = [...whole].sort((a, b) => b.createdAt - a.createdAt || (a.requestId < b.requestId ? 1 : -1));
    expect(whole).toEqual(byTime);
    for (let first = 1; first <= 15; first += 1) {
      const read = (after: string | undefined) =>
        bed.open.reader.receipts({ accountId: account }, { first, ...(after === undefined ? {} : { after }) }, {});
      const nodes = await readAllPages(read);
      expect(nodes.map(({ record }) => record.requestId)).toEqual(whole.map(({ requestId }) => requestId));
    }
  });

  promise('gives the same page of many keys at once as of each by itself', async () => {
    const account = await accountWith(1_000n);
    const keys = ['a', 'b', 'c'].map((name) => `${account}-${name}`);
    for (let count = 0; count < 15; count += 1) {
      const facts = { apiKeyId: `${account}-${'ab'[count % 2]}`, createdAt: 1_000 + count, requestedModel: 'mn'[count % 3] ?? 'n' };
      await (count % 4 === 0 ? inFlight : settled)(account, facts);
    }
    const [first] = (await bed.open.reader.receipts({ accountId: account }, { first: 1 }, {})).items;
    const pages: [PageRequest, ReceiptFilter][] = [
      [{ first: 3 }, {}],
      [{ first: 3, after: first!.cursor }, { model: 'n' }],
      [{ first: 100 }, { status: 'SUCCEEDED', to: 1_010 }],
    ];
    for (const [page, filter] of pages) {
      const together = await bed.open.reader.receiptsOfKeys(keys, page, filter);
      for (const apiKeyId of keys) expect(together.get(apiKeyId)).toEqual(await bed.open.reader.receipts({ apiKeyId }, page, filter));
    }
    expect(await bed.open.reader.receiptsOfKeys([], { first: 3 }, {})).toEqual(new Map());
  });

  promise('ends a list exactly at its last row', async () => {
    const account = await accountWith(100n);
    const { requestId } = await settled(account);
    const page = await bed.open.reader.receipts({ accountId: account }, { first: 1 }, {});
    expect(page).toMatchObject({ hasNextPage: false, items: [{ node: { record: { requestId } } }] });
    expect(await bed.open.reader.receipts({ accountId: account }, { first: 1, after: page.items[0]!.cursor }, {})).toEqual({
      items: [],
      hasNextPage: false,
    });
  });

  promise('shows nothing outside the scope, settled or in flight, by id or in lists', async () => {
    const [mine, other] = [await accountWith(100n), await accountWith(100n)];
    const first = await settled(mine, { apiKeyId: `${mine}-first` });
    const second = await inFlight(mine, { apiKeyId: `${mine}-second` });
    const foreign = [(await settled(other)).requestId, (await inFlight(other)).request.requestId];
    const all = [first.requestId, second.request.requestId, ...foreign];
    const seen = async (scope: Scope) => [...(await bed.open.reader.receiptsById(all, scope)).keys()].sort();
    expect(await seen({ apiKeyId: `${mine}-first` })).toEqual([first.requestId]);
    expect(await seen({ apiKeyId: `${mine}-second` })).toEqual([second.request.requestId]);
    expect(await seen({ accountId: mine })).toEqual([first.requestId, second.request.requestId]);
    expect(await seen(null)).toEqual([...all].sort());
    expect(await idsOf({ apiKeyId: `${mine}-first` })).toEqual([first.requestId]);
    expect(await idsOf({ accountId: mine })).toEqual([second.request.requestId, first.requestId]);
    expect(await idsOf({ accountId: mine }, { apiKeyId: `${other}-key` })).toEqual([]);
    expect((await idsOf(null)).slice(0, 4)).toEqual([...all].reverse());
  });

  promise('finds nothing for what cannot be an id', async () => {
    for (const id of ['', 'no-such', "' OR 1 = 1 --", 'ключ', newId().toUpperCase(), ` ${newId()}`, newId()]) {
      expect(await bed.open.reader.receipt(id, null)).toBeUndefined();
      expect(await idsOf({ apiKeyId: id })).toEqual([]);
      expect(await idsOf(null, { projectId: id })).toEqual([]);
    }
    expect(await bed.open.reader.receiptsById([], null)).toEqual(new Map());
    expect((await bed.open.reader.walletsById(['ключ', 'none:RMB'])).size).toBe(0);
  });

  promise('narrows lists by every filter, alone and together', async () => {
    const account = await accountWith(1_000n);
    const facts = { requestedModel: 'a', projectId: 'p1', createdAt: 1_000 };
    const plain = await settled(account, facts);
    const ofRun = await settled(account, { ...facts, runId: 'run-7', createdAt: 2_000 });
    const fellBack = await settled(
      account,
      { ...facts, requestedModel: 'b' },
      { fallbackCount: 1, status: 'FAILED', stopReason: 'UPSTREAM_ERROR' },
    );
    const official = await settled(account, { ...facts, projectId: 'p2' }, { routeType: 'OFFICIAL' });
    const running = (await inFlight(account, { ...facts, apiKeyId: `${account}-other` })).request;
    const found = async (filter: ReceiptFilter) => idsOf({ accountId: account }, filter);
    const ids = (...receipts: { requestId: string }[]) => receipts.map((receipt) => receipt.requestId);
    expect(await found({})).toEqual(ids(ofRun, running, official, fellBack, plain));
    expect(await found({ apiKeyId: `${account}-other` })).toEqual(ids(running));
    expect(await found({ projectId: 'p2' })).toEqual(ids(official));
    expect(await found({ runId: 'run-7' })).toEqual(ids(ofRun));
    for (const other of [{ apiKeyId: `${account}-other ` }, { projectId: 'p2 ' }, { runId: 'run-7 ' }]) {
      expect(await found(other)).toEqual([]);
    }
    expect(await found({ model: 'b' })).toEqual(ids(fellBack));
    expect(await found({ status: 'FAILED' })).toEqual(ids(fellBack));
    expect(await found({ status: 'IN_FLIGHT' })).toEqual(ids(running));
    expect(await found({ routeType: 'OFFICIAL' })).toEqual(ids(official));
    expect(await found({ withFallback: true })).toEqual(ids(fellBack));
    expect(await found({ withFallback: false })).toEqual(ids(ofRun, running, official, plain));
    expect(await found({ from: 2_000 })).toEqual(ids(ofRun));
    expect(await found({ to: 2_000, model: 'a', status: 'SUCCEEDED', projectId: 'p1' })).toEqual(ids(plain));
    expect(await found({ from: 1_000, to: 1_001, withFallback: false })).toEqual(ids(running, official, plain));
  });

  promise('refuses a cursor that is none, and names the argument', async () => {
    const cursors = [
      '',
      'x',
      'not a cursor',
      newId(),
      Buffer.from('plain text').toString('base64url'),
      `${Buffer.from(newId()).toString('base64url')}!`,
    ];
    for (const after of cursors) {
      const asking = bed.open.reader.receipts(null, { first: 5, after }, {});
      await expect(asking).rejects.toMatchObject({ code: 'invalid_request', detail: { param: 'after' } });
      await expect(asking).rejects.toBeInstanceOf(Fault);
    }
  });

  promise('reads amounts above 2^53 to the last nano', async () => {
    const account = await accountWith(3n * LARGE);
    const hold = holdOf(account, {}, 2n * LARGE);
    await write(hold);
    const wallet = (await bed.open.reader.walletsById([`${account}:RMB`])).get(`${account}:RMB`);
    expect(wallet).toEqual({ id: `${account}:RMB`, accountId: account, bucket: 'RMB', posted: 3n * LARGE, held: 2n * LARGE });
    await write(end(hold, LARGE));
    const read = await bed.open.reader.receipt(hold.request.requestId, null);
    expect(read).toMatchObject({ record: { charge: LARGE, holdAmount: 2n * LARGE }, hold: { amount: 2n * LARGE } });
    const attempts = await bed.open.reader.attempts([hold.request.requestId]);
    expect(attempts.get(hold.request.requestId)?.[0]?.charge).toBe(LARGE);
  });

  promise('gives the attempts of many receipts in order, with what each cost', async () => {
    const account = await accountWith(100n);
    const [hold, other] = [await inFlight(account), await inFlight(account)];
    const tries = [
      attempt({ status: 'FAILED', errorCode: 'overloaded', providerStatus: 529, errorMessage: 'busy' }),
      attempt({ index: 1, role: 'BACKUP' }),
    ];
    await write(end(hold, 5n, { attempts: [...tries].reverse(), chargedAttempt: 1 }), end(other, 2n));
    const { requestId } = hold.request;
    const read = await bed.open.reader.attempts([requestId, other.request.requestId, newId()]);
    const rounded = { latencyMs: 812, timeToFirstTokenMs: 202 };
    expect(read.get(requestId)).toEqual([
      { ...tries[0], ...rounded, receiptId: requestId, charge: 0n },
      { ...tries[1], ...rounded, receiptId: requestId, charge: 5n },
    ]);
    expect(read.get(other.request.requestId)).toHaveLength(1);
    expect([...read.values()].at(-1)).toEqual([]);
  });

  promise('keeps what a channel spoke with each attempt, and says nothing for those of a build that did not record it', async () => {
    const hold = await inFlight(await accountWith(100n));
    const { protocol: _later, ...before } = attempt();
    const tries = [before, attempt({ index: 1, protocol: 'anthropic' }), attempt({ index: 2, protocol: 'gemini' })];
    // As the spool and a checkpoint give them back, when an earlier build kept them.
    const item = endOfText(textOfEnd(end(hold, 5n, { attempts: tries, chargedAttempt: 2 })));
    expect(await write(item)).toEqual([{ verdict: 'done' }]);
    const read = await bed.open.reader.attempts([hold.request.requestId]);
    expect(read.get(hold.request.requestId)?.map(({ protocol }) => protocol)).toEqual([null, 'anthropic', 'gemini']);
  });

  promise('gives both wallets of an account, or those of all', async () => {
    const [account] = [await accountWith(100n), await accountWith(1n)];
    const mine = await bed.open.reader.wallets(account);
    expect(mine.map(({ id, bucket, posted, held }) => ({ id, bucket, posted, held }))).toEqual([
      { id: `${account}:RMB`, bucket: 'RMB', posted: 100n, held: 0n },
      { id: `${account}:CREDIT`, bucket: 'CREDIT', posted: 0n, held: 0n },
    ]);
    const all = await bed.database.query('SELECT id FROM wallet');
    expect((await bed.open.reader.wallets(null)).map(({ id }) => id).sort()).toEqual(all.map(({ id }) => id).sort());
    expect(await bed.open.reader.wallets('ключ')).toEqual([]);
  });

  promise('knows when each key was used last', async () => {
    const account = await accountWith(100n);
    for (const key of ['used', 'unused']) await addKey(bed.database, account, `${account}-${key}`);
    await settled(account, { apiKeyId: `${account}-used`, createdAt: 5_000 });
    await settled(account, { apiKeyId: `${account}-used`, createdAt: 9_000 });
    expect(await bed.open.reader.lastUsedAt([`${account}-used`, `${account}-unused`, 'nobody'])).toEqual(
      new Map([[`${account}-used`, 9_000]]),
    );
  });

  promise('makes as many statements for a hundred rows as for one', async () => {
    const account = await accountWith(1_000n);
    const ids: string[] = [];
    for (let count = 0; count < 30; count += 1) ids.push((await settled(account)).requestId);
    const statements = async (work: () => Promise<unknown>) => (await bed.open.statementsOf(work)).length;
    for (const size of [1, 30]) {
      expect(await statements(() => bed.open.reader.receipts({ accountId: account }, { first: size }, {}))).toBe(2);
      expect(await statements(() => bed.open.reader.receiptsById(ids.slice(0, size), null))).toBe(2);
      expect(await statements(() => bed.open.reader.attempts(ids.slice(0, size)))).toBe(1);
      expect(await statements(() => bed.open.reader.entriesOfReceipts(ids.slice(0, size)))).toBe(2);
    }
  });

  promise('throws for a stored row that makes no sense instead of showing it', async () => {
    const account = await accountWith(100n);
    const { requestId, holdId } = await settled(account);
    const spoilt = async (change: string, table = 'receipt', id: string | null = requestId) => {
      const [column] = change.split(' = ');
      const [before] = await bed.database.query(`SELECT ${column} AS was FROM ${table} WHERE id = '${id}'`);
      await bed.database.query(`UPDATE ${table} SET ${change} WHERE id = '${id}'`);
      const reading = bed.open.reader.receipts({ accountId: account }, { first: 10 }, {});
      await expect(reading).rejects.toBeInstanceOf(InvariantBroken);
      const was = before?.['was'];
      await bed.database.query(`UPDATE ${table} SET ${column} = ${typeof was === 'string' ? `'${was}'` : was} WHERE id = '${id}'`);
    };
    await spoilt(`status = 'DONE'`);
    await spoilt(`status = 'IN_FLIGHT'`);
    await spoilt(`stop_reason = 'WHATEVER'`);
    await spoilt(`usage_source = ''`);
    await spoilt('output_tokens = -1');
    await spoilt('hold_amount = -1');
    await spoilt(`hold_id = 'gone'`);
    await spoilt(`state = 'FORGOTTEN'`, 'hold', holdId);
    expect(await idsOf({ accountId: account })).toEqual([requestId]);
  });
});

async function addKey(database: TestDatabase, accountId: string, id: string): Promise<void> {
  await database.query(
    `INSERT INTO api_key (id, account_id, name, prefix, status, route_policy, cross_bucket_fallback, limits, created_at)
     VALUES ('${id}', '${accountId}', 'key', 'sk-tf-', 'ACTIVE', 'ORDINARY_ONLY', 0, '{}', 1)`,
  );
}
