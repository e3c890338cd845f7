/** What becomes of the open holds of a process that died: released, with a receipt that says so. */
import { Fault } from '../../kernel/fault';
import { newId } from '../../kernel/ids';
import { nano } from '../../kernel/money';
import type { Bucket, RouteType } from '../../kernel/words';
import type { EndRequest, LedgerStore } from '../../ledger/ledger-store';
import type { RequestFacts, RouteFacts } from '../../ledger/receipt';
import { NO_USAGE } from '../../metering/usage';
import { HOLD_COLUMNS } from './rows';

/** A row of `hold` in the order of `HOLD_COLUMNS`, as either driver reads it. */
export type HoldValues = readonly (string | bigint | number | null)[];

export const SWEEP_BATCH = 256;

export interface SweepLog {
  warn(facts: Record<string, unknown>, message: string): void;
  error(facts: Record<string, unknown>, message: string): void;
}

export interface SweepPorts {
  /** Holds that nobody living will end, the oldest first, at most `limit`, and none of `except`. */
  readonly orphans: (limit: number, except: readonly string[]) => Promise<readonly HoldValues[]>;
  readonly store: Pick<LedgerStore, 'write'>;
  readonly now: () => number;
  readonly log: SweepLog;
}

/**
 * Ends every orphaned hold: released, its wallet credited back, its receipt ABANDONED at charge 0. Safe to run twice and
 * in two processes at once: whoever comes second finds the hold ended. A hold that cannot be ended is logged and left.
 * @returns how many were released
 */
export async function releaseOrphans(ports: SweepPorts): Promise<number> {
  const stuck: string[] = [];
  let released = 0;
  for (;;) {
    const rows = await ports.orphans(SWEEP_BATCH, stuck);
    if (rows.length === 0) return released;
    released += await endAll(
      ports,
      rows.map((row) => abandonedEnd(row, ports.now())),
      stuck,
    );
  }
}

async function endAll(ports: SweepPorts, items: readonly EndRequest[], stuck: string[]): Promise<number> {
  try {
    const verdicts = await ports.store.write({ id: newId(), items });
    return verdicts.filter(({ verdict }) => verdict === 'done').length;
  } catch (error) {
    // The database's own trouble is not the item's: the next sweep tries again.
    if (error instanceof Fault) throw error;
    const [only] = items;
    if (only === undefined || items.length > 1) return await endHalves(ports, items, stuck);
    const holdId = only.hold?.holdId ?? '';
    ports.log.error({ err: error, holdId }, 'a hold of a dead process could not be released');
    stuck.push(holdId);
    return 0;
  }
}

async function endHalves(ports: SweepPorts, items: readonly EndRequest[], stuck: string[]): Promise<number> {
  const middle = items.length >> 1;
  const first = await endAll(ports, items.slice(0, middle), stuck);
  return first + (await endAll(ports, items.slice(middle), stuck));
}

/** The end of a request whose gateway died, from what its hold knows. */
export function abandonedEnd(row: HoldValues, at: number): EndRequest {
  const read = reader(row);
  const holdId = read.word('id');
  const amount = read.amount('amount');
  return {
    kind: 'end',
    hold: { holdId, walletId: read.word('wallet_id'), amount, settles: false },
    receipt: {
      ...requestFacts(read),
      ...routeFacts(read),
      status: 'ABANDONED',
      stopReason: 'GATEWAY_CRASH',
      settledAt: at,
      upstreamModel: null,
      reportedModel: null,
      finalChannelId: null,
      priceId: null,
      retryCount: 0,
      fallbackCount: 0,
      providerStatus: null,
      errorCode: 'gateway_crashed',
      errorMessage: 'The gateway stopped before the request ended.',
      usage: NO_USAGE,
      latencyMs: null,
      timeToFirstTokenMs: null,
      loweredOutputLimit: null,
      charge: nano(0n),
      noChargeReason: 'The gateway stopped before the request ended, so nothing was charged and the held amount was given back.',
      holdId,
      holdAmount: nano(amount),
    },
    attempts: [],
    chargedAttempt: null,
    transferId: null,
    overage: nano(0n),
    overageTransferId: null,
  };
}

type Column = (typeof HOLD_COLUMNS)[number];
type Reader = ReturnType<typeof reader>;

function reader(row: HoldValues) {
  const value = (column: Column) => row[HOLD_COLUMNS.indexOf(column)] ?? null;
  const wordOrNull = (column: Column) => {
    const found = value(column);
    return found === null ? null : String(found);
  };
  return {
    wordOrNull,
    word: (column: Column) => wordOrNull(column) ?? '',
    amount: (column: Column) => BigInt(value(column) ?? 0),
    number: (column: Column) => Number(value(column)),
  };
}

function requestFacts(read: Reader): RequestFacts {
  return {
    requestId: read.word('request_id'),
    accountId: read.word('account_id'),
    apiKeyId: read.word('api_key_id'),
    projectId: read.wordOrNull('project_id'),
    runId: read.wordOrNull('run_id'),
    endpoint: read.word('endpoint'),
    stream: read.number('stream') === 1,
    requestedModel: read.wordOrNull('requested_model'),
    createdAt: read.number('created_at'),
  };
}

function routeFacts(read: Reader): RouteFacts {
  return {
    routeId: read.wordOrNull('route_id'),
    routeType: read.wordOrNull('route_type') as RouteType | null,
    bucket: read.wordOrNull('bucket') as Bucket | null,
    bucketReason: read.wordOrNull('bucket_reason'),
    primaryChannelId: read.wordOrNull('primary_channel_id'),
    primaryPriceId: read.wordOrNull('primary_price_id'),
  };
}
