/** A ledger with something of everything in it, priced as it should be, and the audit and the sealer over it. */
import type { AttemptRecord } from '../../src/attempts/attempt';
import { newId } from '../../src/kernel/ids';
import type { AuditReport } from '../../src/ledger/audit/audit-ledger';
import { lineOf } from '../../src/ledger/audit/finding';
import type { EndRequest, LedgerItem, PlaceHold } from '../../src/ledger/ledger-store';
import { counterId } from '../../src/ledger/spend-counter';
import { openAuditDatabase } from '../../src/storage/audit/audit-database';
import { auditDatabase } from '../../src/storage/audit/audit-work';
import { type SealedBlock, sealNextBlock } from '../../src/storage/audit/seal-batches';
import type { OpenLedger } from '../../src/storage/ledger/open-ledger';
import { rollUpBatches } from '../../src/storage/usage/roll-up-batches';
import type { TestDatabase } from './databases';
import { addWallets, attempt, end, move, overage, place } from './ledger-items';

/** What the usage of `attempt()` makes at the price of `addPrice`: 900 input tokens, 100 of them cached, and 300 of output. */
export const CHARGE = 800n * 10n + 100n * 1n + 300n * 40n;
const EVERYTHING = { after: '', before: 'g', since: 0 };

export async function addPrice(database: TestDatabase): Promise<void> {
  await database.query(
    `INSERT INTO price_version (id, route_id, version, currency, input, cached_input, output, multiplier, effective_from)
     VALUES ('gpt-5-mini:ORDINARY@1', 'gpt-5-mini:ORDINARY', 1, 'CNY', 10000000, 1000000, 40000000, 1000000000, 0)`,
  );
}

/** The end of a hold at the charge that its usage makes, after a first attempt that failed. */
export function pricedEnd(hold: PlaceHold, over: Partial<EndRequest> = {}): EndRequest {
  const failed: AttemptRecord = attempt({ status: 'FAILED', providerStatus: 500, usage: { ...attempt().usage, source: 'NONE' } });
  return end(hold, CHARGE, { attempts: [failed, attempt({ index: 1, retry: 1 })], chargedAttempt: 1, ...over });
}

/** The end of a hold that comes to nothing. */
export function freeEnd(hold: PlaceHold): EndRequest {
  const ended = end(hold, 0n);
  return { ...ended, receipt: { ...ended.receipt, priceId: null, usage: { ...ended.receipt.usage, source: 'NONE' } } };
}

/** Top-ups, requests, a request above its hold, one that came to nothing, a refund, a limit and an idempotency key. */
export async function fillLedger(database: TestDatabase, ledger: OpenLedger, account: string): Promise<void> {
  const write = (...items: LedgerItem[]) => ledger.store.write({ id: newId(), items });
  await addWallets(database, account);
  await write(move(account, 1_000_000n), move(account, 5_000n, {}, 'CREDIT'));
  const ceilings = [
    {
      counterId: counterId({ scope: 'key', scopeId: `${account}-key`, bucket: 'RMB', window: 'DAY' }, place(account, 0n).placedAt),
      ceiling: 500_000n,
    },
  ];
  const idempotence = { id: newId().replaceAll('-', '').padEnd(64, '0'), bodyHash: 'b'.repeat(64) };
  const holds = [place(account, 30_000n, { ceilings }), place(account, 30_000n, { idempotence }), place(account, 25_000n)];
  const capped = place(account, CHARGE - 100n);
  const free = place(account, 40_000n);
  await write(...holds, capped, free, place(account, 2_000n));
  await write(...holds.map((hold) => pricedEnd(hold)), freeEnd(free));
  await write(pricedEnd(capped, { receipt: end(capped, CHARGE - 100n).receipt, transferId: newId(), ...overage(100n) }));
  const refunded = holds[0]?.request.requestId ?? '';
  await write(move(account, 500n, { entryKind: 'REFUND', receiptId: refunded }));
}

export async function auditOf(database: TestDatabase, walletId: string | null = null, at = 1_790_000_900_000): Promise<AuditReport> {
  const audited = await openAuditDatabase(locationOf(database));
  try {
    return await auditDatabase(audited, at, walletId);
  } finally {
    await audited.close();
  }
}

/** What the audit finds, as lines. */
export async function findingsIn(database: TestDatabase, walletId: string | null = null): Promise<string[]> {
  return (await auditOf(database, walletId)).findings.map(lineOf);
}

/** Seals one block of everything that is not sealed yet. */
export async function seal(database: TestDatabase): Promise<SealedBlock | null> {
  const audited = await openAuditDatabase(locationOf(database));
  try {
    return await sealNextBlock(audited, EVERYTHING, 1_790_000_900_000);
  } finally {
    await audited.close();
  }
}

/** Adds everything to the sums of usage that is not in them yet. */
export async function addUpUsage(database: TestDatabase): Promise<void> {
  const audited = await openAuditDatabase(locationOf(database));
  try {
    while ((await rollUpBatches(audited)).more);
  } finally {
    await audited.close();
  }
}

export function locationOf(database: TestDatabase) {
  return database.kind === 'sqlite' ? ({ kind: 'sqlite', file: database.file } as const) : ({ kind: 'mysql', url: database.url } as const);
}
