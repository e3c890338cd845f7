/** The walk along the holds: each with its receipt and charge, the sums of the open ones, and the counters of spend. */
import { groupBy } from '../../kernel/lists';
import { CounterSums } from './audit-counters';
import { auditHold } from './audit-hold';
import type { AuditRun } from './audit-run';
import { broken, indexBy } from './finding';
import { pagesOf } from './snapshot';
import type { Row } from './tables';

const HOLDS_AT_ONCE = 500;
const KEYS_AT_ONCE = 500;
/** More counters than these are summed up in further walks. */
const COUNTERS_AT_ONCE = 100_000;

/** What open holds reserve, by wallet. */
export type OpenSums = ReadonlyMap<string, bigint>;

/** Audits every hold. An audit of one wallet leaves the counters out: they are of keys and projects. */
export async function walkHolds(run: AuditRun): Promise<OpenSums> {
  const { walletId } = run.ports;
  const open = await run.snapshot.openHolds(walletId);
  const openOfRequest = groupBy(open, ({ requestId }) => requestId);
  const counters = walletId === null ? await run.snapshot.page('counter', null, COUNTERS_AT_ONCE) : [];
  const sums = new CounterSums(counters);
  for await (const { holds, receipts } of holdsWithReceipts(run)) {
    const charges = await chargesOf(run, holds);
    for (const hold of holds) {
      const receipt = receipts.get(hold.requestId);
      const openHolds = openOfRequest.get(hold.requestId)?.length ?? 0;
      run.add(auditHold(hold, { receipt, charges: charges.get(hold.id) ?? [], openOfRequest: openHolds, at: run.ports.at }));
      sums.add(hold, chargeOf(hold, receipt));
    }
    run.counts.holds += holds.length;
  }
  run.add(sums.findings());
  if (counters.length === COUNTERS_AT_ONCE) await sumFurtherCounters(run, counters);
  return openSums(open);
}

/** Each idempotency key names a hold, of the same request and the same API key. */
export async function walkIdempotencyKeys(run: AuditRun): Promise<void> {
  for await (const keys of pagesOf(run.snapshot, 'idempotencyKey', KEYS_AT_ONCE, ({ id }) => id)) {
    const holdIds = keys.map(({ holdId }) => holdId);
    const holds = indexBy(await run.snapshot.among('hold', 'id', holdIds), ({ id }) => id);
    for (const { id, holdId, requestId, apiKeyId } of keys) {
      const hold = holds.get(holdId);
      run.add(
        broken({ row: `idempotency_key ${id}`, walletId: null, entryId: null }, [
          ['I16', hold !== undefined, `its hold ${holdId} is not there`],
          ['I16', hold === undefined || hold.requestId === requestId, `its hold ${holdId} is of the request ${hold?.requestId}`],
          ['I16', hold === undefined || hold.apiKeyId === apiKeyId, `its hold ${holdId} is of the API key ${hold?.apiKeyId}`],
        ]),
      );
    }
  }
}

async function* holdsWithReceipts(run: AuditRun) {
  const { walletId } = run.ports;
  const within = walletId === null ? undefined : ({ column: 'walletId', value: walletId } as const);
  for await (const holds of pagesOf(run.snapshot, 'hold', HOLDS_AT_ONCE, ({ id }) => id, within)) {
    const requestIds = holds.map(({ requestId }) => requestId);
    yield { holds, receipts: indexBy(await run.snapshot.among('receipt', 'id', requestIds), ({ id }) => id) };
  }
}

async function chargesOf(run: AuditRun, holds: readonly Row<'hold'>[]): Promise<ReadonlyMap<string, Row<'transfer'>[]>> {
  const holdIds = holds.map(({ id }) => id);
  return groupBy(await run.snapshot.among('transfer', 'holdId', holdIds), ({ holdId }) => holdId);
}

async function sumFurtherCounters(run: AuditRun, first: readonly Row<'counter'>[]): Promise<void> {
  let counters = first;
  while (counters.length === COUNTERS_AT_ONCE) {
    counters = await run.snapshot.page('counter', counters.at(-1)?.id ?? null, COUNTERS_AT_ONCE);
    const sums = new CounterSums(counters);
    for await (const { holds, receipts } of holdsWithReceipts(run)) {
      for (const hold of holds) sums.add(hold, chargeOf(hold, receipts.get(hold.requestId)));
    }
    run.add(sums.findings());
  }
}

function chargeOf(hold: Row<'hold'>, receipt: Row<'receipt'> | undefined): bigint {
  return receipt !== undefined && receipt.holdId === hold.id ? receipt.charge : 0n;
}

function openSums(open: readonly Row<'hold'>[]): OpenSums {
  const sums = new Map<string, bigint>();
  for (const { walletId, amount } of open) sums.set(walletId, (sums.get(walletId) ?? 0n) + amount);
  return sums;
}
