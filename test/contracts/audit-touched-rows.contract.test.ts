/** A row that is edited, deleted or added behind the gateway's back is named by the audit: each kind of row, on each database. */
import { newId } from '../../src/kernel/ids';
import type { OpenLedger } from '../../src/storage/ledger/open-ledger';
import { addPrice, addUpUsage, auditOf, CHARGE, fillLedger, findingsIn, freeEnd, seal } from '../support/audited-ledger';
import { type DatabaseKind, freshDatabase, isServed, type TestDatabase } from '../support/databases';
import { place } from '../support/ledger-items';
import { openLedger } from '../support/open-ledger';
import { touched } from '../support/touched-rows';

const MORE = CHARGE + 1n;
const SEALED_1 = 'after it had been sealed in batch $BATCH, block 1';

/** What is done, in SQL, and a line that the audit must say of it. `$NAMES` stand for ids of the ledger that is touched. */
type Touch = readonly [what: string, tables: readonly string[], statements: readonly string[], says: string];

const edit = (what: string, table: string, where: string, set: string, says: string): Touch => [
  what,
  [table],
  [`UPDATE ${table} SET ${set} WHERE ${where}`],
  says,
];
const remove = (what: string, table: string, where: string, says: string): Touch => [
  what,
  [table],
  [`DELETE FROM ${table} WHERE ${where}`],
  says,
];

const EDITS: readonly Touch[] = [
  edit(
    'the amount of a charge',
    'transfer',
    "id = '$CHARGE'",
    'amount = amount + 1',
    `I5 receipt $RECEIPT: it says ${CHARGE}, the transfer $CHARGE is of ${MORE}`,
  ),
  edit('the memo of a charge', 'transfer', "id = '$CHARGE'", "memo = 'gift'", `I19 transfer $CHARGE: it was changed ${SEALED_1}`),
  edit('whose key a charge is of', 'transfer', "id = '$CHARGE'", "api_key_id = 'x'", `I19 transfer $CHARGE: it was changed ${SEALED_1}`),
  edit(
    'the currency of a charge',
    'transfer',
    "id = '$CHARGE'",
    "currency = 'USD'",
    'I1 transfer $CHARGE: it is in USD, which acme:RMB does not hold',
  ),
  edit(
    'the kind of a charge',
    'transfer',
    "id = '$CHARGE'",
    "kind = 'TOP_UP'",
    'I1 transfer $CHARGE: a TOP_UP of acme:RMB does not go from acme:RMB to house:revenue:CNY',
  ),
  edit(
    'the hold of a charge',
    'transfer',
    "id = '$CHARGE'",
    "hold_id = 'x'",
    'I5 transfer $CHARGE: its receipt $RECEIPT names another charge or hold',
  ),
  edit(
    'the order of entries',
    'transfer',
    "id = '$CHARGE'",
    'batch_rest = 7',
    'I7 wallet_change acme:RMB #$LINK: the balances of its entries do not chain up',
  ),
  edit(
    'whose a top-up is',
    'transfer',
    "id = '$TOP_UP'",
    "credit = 'globex:RMB', wallet_id = 'globex:RMB'",
    'I2 transfer $TOP_UP: no link of the balance chain of globex:RMB contains it',
  ),
  edit(
    'a balance',
    'wallet',
    "id = 'acme:RMB'",
    'posted = posted + 1',
    'I2 wallet acme:RMB: its balance is $POSTED_MORE, its entries add up to $POSTED',
  ),
  edit('what is held', 'wallet', "id = 'acme:RMB'", 'held = held - 1', 'I3 wallet acme:RMB: 1999 is held, its open holds add up to 2000'),
  edit(
    'how many changes a wallet counts',
    'wallet',
    "id = 'acme:RMB'",
    'seq = seq + 1',
    'I7 wallet acme:RMB: it counts 5 changes, its chain has 4',
  ),
  edit(
    'a link of the chain',
    'wallet_change',
    "wallet_id = 'acme:RMB' AND seq = $LINK",
    'posted_after = posted_after - 1',
    'I19 wallet_change acme:RMB #$LINK: it was changed after',
  ),
  edit(
    'the change in a link',
    'wallet_change',
    "wallet_id = 'acme:RMB' AND seq = $LINK",
    'posted_delta = posted_delta - 1',
    'I2 wallet_change acme:RMB #$LINK: it changes the balance by',
  ),
  edit(
    'what a link says was held',
    'wallet_change',
    "wallet_id = 'acme:RMB' AND seq = $LINK",
    'held_after = held_after - 1',
    'I19 wallet_change acme:RMB #$LINK: it was changed after',
  ),
  edit(
    'the charge on a receipt',
    'receipt',
    "id = '$RECEIPT'",
    'charge = charge - 1',
    `I5 receipt $RECEIPT: it says ${CHARGE - 1n}, the transfer $CHARGE is of ${CHARGE}`,
  ),
  edit(
    'the tokens on a receipt',
    'receipt',
    "id = '$RECEIPT'",
    'output_tokens = 299',
    `I13 receipt $RECEIPT: it charges ${CHARGE}, its usage at the price gpt-5-mini:ORDINARY@1 makes ${CHARGE - 40n}`,
  ),
  edit('impossible tokens', 'receipt', "id = '$RECEIPT'", 'cached_input_tokens = 901', 'I13 receipt $RECEIPT: its usage is not possible'),
  edit(
    'the model on a receipt',
    'receipt',
    "id = '$RECEIPT'",
    "reported_model = 'gpt-5'",
    `I19 receipt $RECEIPT: it was changed ${SEALED_1}`,
  ),
  edit(
    'the route type on a receipt',
    'receipt',
    "id = '$RECEIPT'",
    "route_type = 'OFFICIAL'",
    'I14 receipt $RECEIPT: its route is of the type OFFICIAL, and it pays from RMB',
  ),
  edit('the price on a receipt', 'receipt', "id = '$RECEIPT'", "price_id = 'x'", 'I13 receipt $RECEIPT: its price version x is not there'),
  edit('the batch of a receipt', 'receipt', "id = '$RECEIPT'", 'batch_id = NULL', 'I19 receipt $RECEIPT: it was deleted after'),
  edit(
    'what an attempt bears',
    'attempt',
    "receipt_id = '$RECEIPT' AND idx = 1",
    'charge = 0',
    `I13 receipt $RECEIPT: its attempts bear 0 of a charge of ${CHARGE}`,
  ),
  edit(
    'an attempt that cost nothing',
    'attempt',
    "receipt_id = '$RECEIPT' AND idx = 0",
    'provider_status = 200',
    `I19 attempt $RECEIPT #0: it was changed ${SEALED_1}`,
  ),
  edit(
    'what a channel spoke',
    'attempt',
    "receipt_id = '$RECEIPT' AND idx = 0",
    "protocol = 'gemini'",
    `I19 attempt $RECEIPT #0: it was changed ${SEALED_1}`,
  ),
  edit('a price version', 'price_version', "id = 'gpt-5-mini:ORDINARY@1'", 'output = 1', 'I13 receipt $RECEIPT: it charges'),
  ...[
    ['a price of long prompts', 899, 'I13 receipt $RECEIPT: it charges'],
    ['a price of prompts that are longer still', 900, 'I19 price_version gpt-5-mini:ORDINARY@1: it was changed'],
  ].map(([what, above, says]) =>
    edit(
      `${what}`,
      'price_version',
      "id = 'gpt-5-mini:ORDINARY@1'",
      `classes = '{"longPrompts":[{"above":${above},"input":"1","output":"1"}]}'`,
      `${says}`,
    ),
  ),
  edit(
    'the route of a price version',
    'price_version',
    "id = 'gpt-5-mini:ORDINARY@1'",
    "route_id = 'gpt-5:ORDINARY'",
    'I13 receipt $RECEIPT: its price gpt-5-mini:ORDINARY@1 is one of gpt-5:ORDINARY',
  ),
  edit(
    'the channel of a price version',
    'price_version',
    "id = 'gpt-5-mini:ORDINARY@1'",
    "channel_id = 'cheap-b'",
    'I13 receipt $RECEIPT: its price gpt-5-mini:ORDINARY@1 is one of gpt-5-mini:ORDINARY on cheap-b',
  ),
  edit('the amount of a hold', 'hold', "id = '$HOLD'", 'amount = 1', `I6 hold $HOLD: ${CHARGE} was charged, and only 1 held`),
  edit('the state of a hold', 'hold', "id = '$HOLD'", "state = 'RELEASED'", 'I5 hold $HOLD: it was given back, and charged by $CHARGE'),
  edit(
    'a hold that ended, opened again',
    'hold',
    "id = '$HOLD'",
    "state = 'OPEN', resolved_at = NULL",
    'I5 hold $HOLD: it is still open, and its request has the receipt $RECEIPT',
  ),
  edit('a refund', 'refund', "receipt_id = '$REFUNDED'", 'amount = 1', 'I17 transfer $REFUND: it gives back 500, its refund row says 1'),
  edit(
    'a refund above its charge',
    'refund',
    "receipt_id = '$REFUNDED'",
    'amount = 1000000',
    `I17 receipt $REFUNDED: 1000000 was given back of a charge of ${CHARGE}`,
  ),
  edit('a batch', 'ledger_batch', "id = '$BATCH'", "owner = 'x'", `I19 ledger_batch $BATCH: it was changed ${SEALED_1}`),
  edit(
    'a counter of spend',
    'spend_counter',
    "id LIKE 'key/acme-key/%'",
    'spent = spent - 1',
    `I15 spend_counter key/acme-key/RMB/DAY/2026-09-21: it says`,
  ),
  edit('an idempotency key', 'idempotency_key', "api_key_id = 'acme-key'", "request_id = 'x'", 'I16 idempotency_key $KEY: its hold'),
  edit('the hash of a block', 'seal', 'seq = 1', 'hash = previous_hash', 'I19 seal 1: its hash is not the one of its batches'),
  edit('when a block was made', 'seal', 'seq = 1', 'sealed_at = 1', 'I19 seal 1: its hash is not the one of its batches'),
  edit(
    'the digest of a batch',
    'seal_batch',
    "batch_id = '$BATCH'",
    "digest = 'x'",
    'I19 seal_batch $BATCH: its digest is not the one of the rows',
  ),
  edit(
    'the manifest of a batch',
    'seal_batch',
    "batch_id = '$BATCH'",
    "manifest = ''",
    'I19 seal_batch $BATCH: its manifest is not the one of the rows',
  ),
  edit(
    'when a wallet was changed',
    'wallet',
    "id = 'acme:RMB'",
    'changed_at_us = changed_at_us + 31536000000000',
    'I7 wallet acme:RMB: it says that it was changed at',
  ),
  edit(
    'whose key a hold is of',
    'hold',
    "id = '$HOLD'",
    "api_key_id = 'x'",
    'I15 receipt $RECEIPT: it is spent by the key acme-key, the project bots and the run -, its hold $HOLD by the key x,',
  ),
  edit('the project of a hold', 'hold', "id = '$HOLD'", 'project_id = NULL', 'I15 receipt $RECEIPT: it is spent by the key acme-key,'),
  edit('the run of a hold', 'hold', "id = '$HOLD'", "run_id = 'x'", 'I15 receipt $RECEIPT: it is spent by the key acme-key,'),
  ...['requests', 'failed', 'fallbacks', 'input_tokens', 'output_tokens', 'charge', 'charge_high'].map((sum) =>
    edit(`the ${sum} of an hour`, 'usage_rollup', "span = 'HOUR' AND account_id = 'acme'", `${sum} = ${sum} + 1`, 'I20 usage_rollup HOUR'),
  ),
  edit(
    'the charge of a day',
    'usage_rollup',
    "span = 'DAY' AND account_id = 'acme'",
    'charge = charge - 1',
    'I20 usage_rollup DAY $DAY acme acme-key bots gpt-5-mini ORDINARY cheap-a RMB: it says something else than the hours of its day',
  ),
  edit('whose usage it is', 'usage_rollup', "span = 'DAY' AND account_id = 'acme'", "api_key_id = 'x'", 'I20 usage_rollup DAY'),
  edit('whether a batch is in the usage', 'ledger_batch', "id = '$BATCH'", "usage_state = 'PENDING'", 'I20 usage_rollup HOUR'),
  edit(
    'what the house bears',
    'transfer',
    "kind = 'OVERAGE' AND api_key_id = 'acme-key'",
    'amount = 101',
    'I6 receipt $CAPPED: 100 is above its hold, and the house bears 101',
  ),
  edit('the hold of a key', 'idempotency_key', "id = '$KEY'", "hold_id = 'x'", 'I16 idempotency_key $KEY: its hold x is not there'),
  edit('whose a key is', 'idempotency_key', "id = '$KEY'", "api_key_id = 'x'", 'I16 idempotency_key $KEY: its hold'),
];

/** Each of them hides the row from a look at what the rows say of themselves, or breaks what reads it. */
const HIDDEN: readonly Touch[] = [
  edit(
    'the wallet of a hold',
    'hold',
    "id = '$HOLD'",
    "wallet_id = 'globex:RMB'",
    'I14 receipt $RECEIPT: it is of acme in RMB, and its hold $HOLD of globex:RMB',
  ),
  edit('the key of a hold', 'hold', "id = '$HOLD'", "api_key_id = 'x'", 'I15 receipt $RECEIPT: it is spent by the key acme-key,'),
  edit(
    'the account of a receipt',
    'receipt',
    "id = '$RECEIPT'",
    "account_id = 'globex'",
    'I14 receipt $RECEIPT: it is of globex in RMB, and acme:RMB pays',
  ),
  edit('the bucket of a receipt', 'receipt', "id = '$RECEIPT'", "bucket = 'CREDIT'", `I19 receipt $RECEIPT: it was changed ${SEALED_1}`),
  edit('the wallet of an entry', 'transfer', "id = '$TOP_UP'", "wallet_id = 'globex:RMB'", 'I19 transfer $TOP_UP: it was changed after'),
  edit('a batch', 'ledger_batch', "id = '$BATCH'", "owner = 'x'", `I19 ledger_batch $BATCH: it was changed ${SEALED_1}`),
  edit(
    'what a receipt has apart, into what nobody can read',
    'receipt',
    "id = '$RECEIPT'",
    "usage_classes = 'x'",
    'I13 receipt $RECEIPT: its usage is not possible',
  ),
  edit(
    'what a price has apart, into what nobody can read',
    'price_version',
    "id = 'gpt-5-mini:ORDINARY@1'",
    "classes = 'x'",
    'I13 receipt $RECEIPT: its price version gpt-5-mini:ORDINARY@1 is none',
  ),
  edit(
    'a receipt of a request that cost nothing',
    'receipt',
    "id = '$ALONE'",
    "reported_model = 'gpt-5'",
    'I19 receipt $ALONE: it was changed after',
  ),
  edit(
    'the account of a receipt of a request that cost nothing',
    'receipt',
    "id = '$ALONE'",
    "account_id = 'globex'",
    'I14 hold $ALONE_HOLD: its receipt $ALONE is of globex in RMB',
  ),
  remove('a wallet', 'wallet', "id = 'acme:RMB'", 'I7 wallet_change acme:RMB #1: its wallet is not there'),
];

const DELETIONS: readonly Touch[] = [
  remove('a charge', 'transfer', "id = '$CHARGE'", `I19 transfer $CHARGE: it was deleted ${SEALED_1}`),
  remove('a top-up', 'transfer', "id = '$TOP_UP'", 'I19 transfer $TOP_UP: it was deleted after'),
  remove(
    'the newest link of a chain',
    'wallet_change',
    "wallet_id = 'acme:RMB' AND seq = 4",
    'I19 wallet_change acme:RMB #4: it was deleted after',
  ),
  remove(
    'a link within a chain',
    'wallet_change',
    "wallet_id = 'acme:RMB' AND seq = 2",
    'I7 wallet_change acme:RMB #3: a gap: it follows on 1',
  ),
  remove('a receipt', 'receipt', "id = '$RECEIPT'", `I19 receipt $RECEIPT: it was deleted ${SEALED_1}`),
  remove('a receipt of a request that cost nothing', 'receipt', "id = '$FREE'", 'I19 receipt $FREE: it was deleted after'),
  remove(
    'an attempt that cost nothing',
    'attempt',
    "receipt_id = '$RECEIPT' AND idx = 0",
    `I19 attempt $RECEIPT #0: it was deleted ${SEALED_1}`,
  ),
  remove('a refund', 'refund', "receipt_id = '$REFUNDED'", 'I17 transfer $REFUND: it gives back 500, its refund row says nothing'),
  remove('a hold', 'hold', "id = '$HOLD'", 'I5 receipt $RECEIPT: its hold $HOLD is not there'),
  remove('an open hold', 'hold', "state = 'OPEN' AND account_id = 'acme'", 'I3 wallet acme:RMB: 2000 is held, its open holds add up to 0'),
  remove('a batch', 'ledger_batch', "id = '$BATCH'", 'I19 seal_batch $BATCH: the batch that was sealed is not there'),
  remove('the usage of a day', 'usage_rollup', "span = 'DAY' AND account_id = 'acme'", 'I20 usage_rollup DAY'),
  remove('a wallet', 'wallet', "id = 'acme:CREDIT'", 'I7 wallet_change acme:CREDIT #1: its wallet is not there'),
  remove('a seal of a batch', 'seal_batch', "batch_id = '$BATCH'", 'I19 seal 1: it covers'),
  remove('a block', 'seal', 'seq = 1', 'I19 seal 2: a gap: block 0 comes before it'),
];

const TRANSFER =
  'id, batch_id, kind, currency, debit, credit, amount, wallet_id, batch_rest, hold_id, receipt_id, api_key_id, run_id, external_key, memo, created_at';
const copyOf = (table: string, columns: string, change: Record<string, string>, where: string) =>
  `INSERT INTO ${table} (${columns}) SELECT ${columns
    .split(', ')
    .map((column) => change[column] ?? column)
    .join(', ')} FROM ${table} WHERE ${where}`;

const ADDITIONS: readonly Touch[] = [
  [
    'a top-up in a batch of its own',
    ['transfer'],
    [copyOf('transfer', TRANSFER, { id: "'x'", batch_id: "'x'", external_key: "'x'" }, "id = '$TOP_UP'")],
    'I9 transfer x: the batch that it names is not there',
  ],
  [
    'a top-up in a batch that is sealed',
    ['transfer'],
    [copyOf('transfer', TRANSFER, { id: "'x'", external_key: "'x'" }, "id = '$TOP_UP'")],
    'I19 transfer x: it was added after',
  ],
  [
    'a charge',
    ['transfer'],
    [copyOf('transfer', TRANSFER, { id: "'x'", hold_id: "'x'" }, "id = '$CHARGE'")],
    'I5 transfer x: its receipt $RECEIPT names another charge or hold',
  ],
  [
    'a loss of the house',
    ['transfer'],
    [copyOf('transfer', TRANSFER, { id: "'x'" }, "kind = 'OVERAGE' AND receipt_id <> '$RECEIPT' AND api_key_id = 'acme-key'")],
    'I19 transfer x: it was added after',
  ],
  [
    'a refund',
    ['refund'],
    ["INSERT INTO refund (receipt_id, transfer_id, amount) VALUES ('$RECEIPT', 'x', 1)"],
    'I17 refund $RECEIPT x: the transfer or the receipt that it names is not there',
  ],
  [
    'a link at the end of a chain',
    ['wallet_change'],
    [
      "INSERT INTO wallet_change (wallet_id, seq, batch_id, at_us, posted_delta, posted_after, held_after) VALUES ('acme:RMB', 9, 'x', 9000000000000000, 1, 2, 0)",
    ],
    'I7 wallet_change acme:RMB #9: a gap: it follows on 4',
  ],
  [
    'money that is on no link',
    ['wallet', 'transfer', 'wallet_change'],
    [
      copyOf('transfer', TRANSFER, { id: "'x'", external_key: "'x'" }, "id = '$TOP_UP'"),
      "UPDATE wallet_change SET posted_delta = 2 * posted_delta, posted_after = posted_after + 1000000 WHERE wallet_id = 'acme:RMB' AND seq = 1",
      "UPDATE wallet_change SET posted_after = posted_after + 1000000 WHERE wallet_id = 'acme:RMB' AND seq > 1",
      "UPDATE wallet SET posted = posted + 1000000 WHERE id = 'acme:RMB'",
    ],
    'I19 transfer x: it was added after',
  ],
];

/** Nothing here changes a sum: what one row gains another one loses, and whatever refers to it follows. */
const SWAPS: readonly Touch[] = [
  [
    'the memos of two movements',
    ['transfer'],
    ["UPDATE transfer SET memo = CASE id WHEN '$TOP_UP' THEN 'b' ELSE 'a' END WHERE id IN ('$TOP_UP', '$REFUND')"],
    'I19 transfer $REFUND: it was changed after',
  ],
  [
    'the charges of two requests, with all that bears them',
    ['transfer', 'receipt', 'attempt'],
    [
      "UPDATE transfer SET amount = amount + CASE id WHEN '$CHARGE' THEN -40 ELSE 40 END, batch_rest = 0 - batch_rest WHERE id IN ('$CHARGE', '$OTHER_CHARGE')",
      "UPDATE receipt SET charge = charge + CASE id WHEN '$RECEIPT' THEN -40 ELSE 40 END, output_tokens = output_tokens + CASE id WHEN '$RECEIPT' THEN -1 ELSE 1 END WHERE id IN ('$RECEIPT', '$OTHER_RECEIPT')",
      "UPDATE attempt SET charge = charge + CASE receipt_id WHEN '$RECEIPT' THEN -40 ELSE 40 END WHERE idx = 1 AND receipt_id IN ('$RECEIPT', '$OTHER_RECEIPT')",
    ],
    `I19 receipt $OTHER_RECEIPT: it was changed ${SEALED_1}`,
  ],
  [
    'the keys of two receipts',
    ['receipt'],
    ["UPDATE receipt SET api_key_id = CASE id WHEN '$RECEIPT' THEN 'a' ELSE 'b' END WHERE id IN ('$RECEIPT', '$OTHER_RECEIPT')"],
    `I19 receipt $RECEIPT: it was changed ${SEALED_1}`,
  ],
];

describe.each<DatabaseKind>(['sqlite', 'mysql'])('rows touched behind the back of the gateway, on %s', (kind) => {
  let served = false;
  let database: TestDatabase;
  let ledger: OpenLedger;
  const names = new Map<string, string>();

  const value = async (sql: string) => String(Object.values((await database.query(fill(sql)))[0] ?? {})[0]);
  const fill = (text: string) => text.replace(/\$([A-Z_]+[A-Z])/g, (all, name: string) => names.get(name) ?? all);

  async function name(known: Readonly<Record<string, string>>): Promise<void> {
    for (const [each, sql] of Object.entries(known)) names.set(each, await value(sql));
  }

  beforeAll(async () => {
    served = await isServed(kind);
    if (!served) return;
    database = await freshDatabase(kind);
    ledger = await openLedger(database);
    await addPrice(database);
    await fillLedger(database, ledger, 'acme');
    // In batches that move nothing.
    const alone = place('acme', 40_000n);
    for (const item of [alone, freeEnd(alone)]) await ledger.store.write({ id: newId(), items: [item] });
    await seal(database);
    await fillLedger(database, ledger, 'globex');
    await seal(database);
    await addUpUsage(database);
    const ofAcme = "wallet_id = 'acme:RMB'";
    await name({
      REFUND: `SELECT id FROM transfer WHERE kind = 'REFUND' AND ${ofAcme}`,
      REFUNDED: "SELECT receipt_id FROM refund WHERE transfer_id = '$REFUND'",
      CHARGE: `SELECT MAX(id) FROM transfer WHERE kind = 'CHARGE' AND amount = ${CHARGE} AND ${ofAcme}`,
      RECEIPT: "SELECT receipt_id FROM transfer WHERE id = '$CHARGE'",
      OTHER_CHARGE: `SELECT MIN(id) FROM transfer WHERE kind = 'CHARGE' AND amount = ${CHARGE} AND ${ofAcme}`,
      OTHER_RECEIPT: "SELECT receipt_id FROM transfer WHERE id = '$OTHER_CHARGE'",
      HOLD: "SELECT hold_id FROM transfer WHERE id = '$CHARGE'",
      BATCH: "SELECT batch_id FROM transfer WHERE id = '$CHARGE'",
      LINK: `SELECT seq FROM wallet_change WHERE batch_id = '$BATCH' AND ${ofAcme}`,
      TOP_UP: `SELECT id FROM transfer WHERE kind = 'TOP_UP' AND ${ofAcme}`,
      CAPPED: "SELECT receipt_id FROM transfer WHERE kind = 'OVERAGE' AND api_key_id = 'acme-key'",
      FREE: "SELECT MIN(id) FROM receipt WHERE charge = 0 AND account_id = 'acme'",
      ALONE: "SELECT MAX(id) FROM receipt WHERE charge = 0 AND account_id = 'acme'",
      ALONE_HOLD: "SELECT hold_id FROM receipt WHERE id = '$ALONE'",
      KEY: "SELECT id FROM idempotency_key WHERE api_key_id = 'acme-key'",
      DAY: "SELECT MIN(start) FROM usage_rollup WHERE span = 'DAY'",
      POSTED: "SELECT posted FROM wallet WHERE id = 'acme:RMB'",
      POSTED_MORE: "SELECT posted + 1 FROM wallet WHERE id = 'acme:RMB'",
    });
  });

  afterAll(async () => {
    await ledger?.close();
    await database?.drop();
  });

  async function findingsAfter([, tables, statements]: Touch, walletId: string | null = null): Promise<string[]> {
    return touched(database, tables, statements.map(fill), () => findingsIn(database, walletId));
  }

  const named = (touch: Touch) => [expect.stringContaining(fill(touch[3]))];

  it.each(EDITS)('names %s that was edited', async (...touch) => {
    if (served) expect(await findingsAfter(touch)).toEqual(expect.arrayContaining(named(touch)));
  });

  it.each(DELETIONS)('names %s that was deleted', async (...touch) => {
    if (served) expect(await findingsAfter(touch)).toEqual(expect.arrayContaining(named(touch)));
  });

  it.each(ADDITIONS)('names %s that was added', async (...touch) => {
    if (served) expect(await findingsAfter(touch)).toEqual(expect.arrayContaining(named(touch)));
  });

  it.each(SWAPS)('names %s that were swapped', async (...touch) => {
    if (served) expect(await findingsAfter(touch)).toEqual(expect.arrayContaining(named(touch)));
  });

  it('tells an account of its own wallet, and of nobody else', async () => {
    if (!served) return;
    for (const touch of [EDITS[0], EDITS[1], EDITS[15], DELETIONS[0], DELETIONS[1], DELETIONS[4], DELETIONS[6], SWAPS[0]]) {
      if (touch === undefined) continue;
      expect(await findingsAfter(touch, 'acme:RMB')).not.toEqual([]);
      expect(await findingsAfter(touch, 'acme:CREDIT')).toEqual([]);
      expect(await findingsAfter(touch, 'globex:RMB')).toEqual([]);
    }
  });

  it.each(HIDDEN)('tells the owner of a wallet, and the operator, of %s that was touched', async (...touch) => {
    if (!served) return;
    expect(await findingsAfter(touch, 'acme:RMB')).toEqual(expect.arrayContaining(named(touch)));
    expect(await findingsAfter(touch)).not.toEqual([]);
  });

  it('leads to the entry that is wrong', async () => {
    if (!served) return;
    const [, tables, statements] = EDITS[1] ?? DELETIONS[0] ?? ([] as never);
    const report = await touched(database, tables, statements.map(fill), () => auditOf(database, 'acme:RMB'));
    expect(report.findings[0]?.entryId).toBe(names.get('CHARGE'));
  });

  it('is content again when everything is as it was', async () => {
    if (served) expect(await findingsIn(database)).toEqual([]);
  });
});
