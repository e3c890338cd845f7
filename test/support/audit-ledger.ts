/** Recomputes every promise of the ledger from its rows. Gives what is broken, in words; nothing when all holds. */
import type { Row, TestDatabase } from './databases';

export async function auditLedger(database: TestDatabase): Promise<string[]> {
  const wallets = await database.query('SELECT * FROM wallet');
  const holds = await database.query('SELECT * FROM hold');
  const transfers = await database.query('SELECT * FROM transfer');
  const changes = await database.query('SELECT * FROM wallet_change ORDER BY wallet_id, seq');
  const receipts = await database.query('SELECT * FROM receipt');
  const attempts = await database.query('SELECT * FROM attempt');
  return [
    ...wallets.flatMap((wallet) => auditWallet(wallet, holds, transfers, changes)),
    ...transfers.flatMap((transfer) => auditTransfer(transfer, wallets)),
    ...auditHolds(holds, receipts, transfers),
    ...auditReceipts(receipts, attempts, transfers),
  ];
}

/** An entry's amount as its wallet sees it. */
export function signed(transfer: Row): bigint {
  const amount = transfer['amount'] as bigint;
  return transfer['credit'] === transfer['wallet_id'] ? amount : -amount;
}

function total(amounts: readonly bigint[]): bigint {
  return amounts.reduce((sum, amount) => sum + amount, 0n);
}

function auditWallet(wallet: Row, holds: readonly Row[], transfers: readonly Row[], changes: readonly Row[]): string[] {
  const id = wallet['id'];
  const posted = wallet['posted'] as bigint;
  const held = wallet['held'] as bigint;
  const entries = transfers.filter((transfer) => transfer['wallet_id'] === id);
  const open = holds.filter((hold) => hold['wallet_id'] === id && hold['state'] === 'OPEN');
  const sumOfEntries = total(entries.map(signed));
  const sumOfHolds = total(open.map((hold) => hold['amount'] as bigint));
  const links = changes.filter((change) => change['wallet_id'] === id);
  return [
    ...says(posted === sumOfEntries, `${id}: posted ${posted} is not the sum of its entries ${sumOfEntries}`),
    ...says(held === sumOfHolds, `${id}: held ${held} is not the sum of its open holds ${sumOfHolds}`),
    ...says(held >= 0n && posted >= held, `${id}: posted ${posted}, held ${held}`),
    ...says(wallet['seq'] === BigInt(links.length), `${id}: seq ${wallet['seq']} with ${links.length} links`),
    ...says((links.at(-1)?.['posted_after'] ?? 0n) === posted, `${id}: the chain does not end at the balance`),
    ...links.flatMap((link, at) => auditLink(link, links[at - 1], at, entries)),
  ];
}

function auditLink(link: Row, before: Row | undefined, at: number, entries: readonly Row[]): string[] {
  const name = `${link['wallet_id']} link ${link['seq']}`;
  const start = (before?.['posted_after'] as bigint | undefined) ?? 0n;
  const after = link['posted_after'] as bigint;
  const mine = entries.filter((entry) => entry['batch_id'] === link['batch_id']);
  return [
    ...says(link['seq'] === BigInt(at + 1), `${name}: a gap`),
    ...says(after === start + (link['posted_delta'] as bigint), `${name}: does not follow from the one before`),
    ...says(link['posted_delta'] === total(mine.map(signed)), `${name}: is not the sum of its entries`),
    ...says((link['at_us'] as bigint) > ((before?.['at_us'] as bigint | undefined) ?? 0n), `${name}: is not later than the one before`),
    ...says(mine.length > 0, `${name}: has no entry`),
    ...says(balancesChain(mine, start, after), `${name}: the balances of its entries do not chain up`),
  ];
}

/** Each entry leads from one balance to another: together they must be one walk from the first balance to the last. */
function balancesChain(entries: readonly Row[], start: bigint, end: bigint): boolean {
  const surplus = new Map<bigint, number>();
  const count = (balance: bigint, by: number) => surplus.set(balance, (surplus.get(balance) ?? 0) + by);
  for (const entry of entries) {
    const after = end - (entry['batch_rest'] as bigint);
    count(after - signed(entry), 1);
    count(after, -1);
  }
  count(start, -1);
  count(end, 1);
  return [...surplus.values()].every((each) => each === 0);
}

function auditTransfer(transfer: Row, wallets: readonly Row[]): string[] {
  const name = `transfer ${transfer['id']}`;
  const sides = [transfer['debit'], transfer['credit']];
  const wallet = wallets.find((each) => each['id'] === transfer['wallet_id']);
  const ofHouse = sides.filter((side) => String(side).startsWith('house:'));
  return [
    ...says(
      ofHouse.every((side) => String(side).endsWith(`:${transfer['currency']}`)),
      `${name}: a house account of another currency`,
    ),
    ...says((transfer['amount'] as bigint) > 0n && sides[0] !== sides[1], `${name}: moves nothing`),
    ...says(ofHouse.length === (wallet === undefined ? 2 : 1), `${name}: its sides are ${sides.join(' and ')}`),
    ...says(wallet === undefined || sides.includes(wallet['id'] ?? null), `${name}: its wallet is on neither side`),
    ...says(wallet === undefined || wallet['currency'] === transfer['currency'], `${name}: crosses currencies`),
  ];
}

function auditHolds(holds: readonly Row[], receipts: readonly Row[], transfers: readonly Row[]): string[] {
  const receiptOf = groupBy(receipts, 'hold_id');
  const chargeOf = groupBy(transfers, 'hold_id');
  return holds.flatMap((hold) => {
    const id = hold['id'] ?? null;
    const [receipt, ...more] = receiptOf.get(id) ?? [];
    const charge = total((chargeOf.get(id) ?? []).map((transfer) => transfer['amount'] as bigint));
    const state = hold['state'];
    return [
      ...says(more.length === 0, `hold ${id}: more than one receipt`),
      ...says((hold['resolved_at'] === null) === (state === 'OPEN'), `hold ${id}: ${state} with resolved_at ${hold['resolved_at']}`),
      ...says(state !== 'SETTLED' || receipt !== undefined, `hold ${id}: settled without a receipt`),
      ...says(state === 'SETTLED' || charge === 0n, `hold ${id}: ${state} and charged`),
      ...says(charge === (receipt?.['charge'] ?? 0n), `hold ${id}: charged ${charge}, the receipt says ${receipt?.['charge']}`),
      ...says(charge <= (hold['amount'] as bigint), `hold ${id}: charged more than was held`),
      ...says(receipt === undefined || receipt['hold_amount'] === hold['amount'], `hold ${id}: the receipt names another amount`),
    ];
  });
}

function auditReceipts(receipts: readonly Row[], attempts: readonly Row[], transfers: readonly Row[]): string[] {
  const attemptsOf = groupBy(attempts, 'receipt_id');
  const transfersById = groupBy(transfers, 'id');
  return receipts.flatMap((receipt) => {
    const charge = receipt['charge'] as bigint;
    const borne = total((attemptsOf.get(receipt['id'] ?? null) ?? []).map((attempt) => attempt['charge'] as bigint));
    const [transfer] = transfersById.get(receipt['transfer_id'] ?? null) ?? [];
    return [
      ...says(borne === charge, `receipt ${receipt['id']}: its attempts bear ${borne} of ${charge}`),
      ...says((transfer?.['amount'] ?? 0n) === charge, `receipt ${receipt['id']}: its transfer is of ${transfer?.['amount']}`),
    ];
  });
}

type Value = string | bigint | null;

function groupBy(rows: readonly Row[], column: string): Map<Value, Row[]> {
  const groups = new Map<Value, Row[]>();
  for (const row of rows) {
    const key = row[column] ?? null;
    if (key === null) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return groups;
}

function says(holds: boolean, broken: string): string[] {
  return holds ? [] : [broken];
}
