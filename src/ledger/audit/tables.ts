/**
 * The rows that an audit reads, column by column, with the names of the database in camel case. Of a table that a seal
 * covers, what is listed is also what the seal covers, in this order: a column that comes later is named in `LATER`, or
 * needs a new format of the seal.
 */

/** Whole numbers are bigints, whatever their size. */
type Kind = 'text' | 'text?' | 'whole' | 'whole?';
type Columns = Readonly<Record<string, Kind>>;
interface ValueOf {
  readonly text: string;
  readonly 'text?': string | null;
  readonly whole: bigint;
  readonly 'whole?': bigint | null;
}
type RowOf<C extends Columns> = { readonly [K in keyof C]: ValueOf[C[K]] };

const FACTS = {
  accountId: 'text',
  apiKeyId: 'text',
  projectId: 'text?',
  runId: 'text?',
  endpoint: 'text',
  stream: 'whole',
  requestedModel: 'text?',
  createdAt: 'whole',
  routeId: 'text?',
  routeType: 'text?',
  bucket: 'text?',
  bucketReason: 'text?',
  primaryChannelId: 'text?',
  primaryPriceId: 'text?',
} as const;

const USAGE = {
  inputTokens: 'whole',
  cachedInputTokens: 'whole',
  cacheWriteTokens: 'whole',
  outputTokens: 'whole',
  reasoningTokens: 'whole',
  usageSource: 'text',
} as const;

const OUTCOME = { providerStatus: 'whole?', errorCode: 'text?', errorMessage: 'text?' } as const;

const BATCH = { id: 'text', owner: 'text', items: 'whole', createdAt: 'whole' } as const;

const TRANSFER = {
  id: 'text',
  batchId: 'text',
  kind: 'text',
  currency: 'text',
  debit: 'text',
  credit: 'text',
  amount: 'whole',
  walletId: 'text?',
  batchRest: 'whole',
  holdId: 'text?',
  receiptId: 'text?',
  apiKeyId: 'text?',
  runId: 'text?',
  externalKey: 'text?',
  memo: 'text?',
  createdAt: 'whole',
} as const;

const CHANGE = {
  walletId: 'text',
  seq: 'whole',
  batchId: 'text',
  atUs: 'whole',
  postedDelta: 'whole',
  postedAfter: 'whole',
  heldAfter: 'whole',
} as const;

const RECEIPT = {
  id: 'text',
  ...FACTS,
  status: 'text',
  stopReason: 'text',
  settledAt: 'whole',
  upstreamModel: 'text?',
  reportedModel: 'text?',
  finalChannelId: 'text?',
  priceId: 'text?',
  retryCount: 'whole',
  fallbackCount: 'whole',
  ...OUTCOME,
  ...USAGE,
  latencyMs: 'whole?',
  firstTokenMs: 'whole?',
  loweredOutputLimit: 'whole?',
  recovered: 'whole',
  charge: 'whole',
  noChargeReason: 'text?',
  holdId: 'text?',
  holdAmount: 'whole?',
  transferId: 'text?',
  batchId: 'text?',
  usageClasses: 'text?',
} as const;

const ATTEMPT = {
  receiptId: 'text',
  idx: 'whole',
  channelId: 'text',
  role: 'text',
  retry: 'whole',
  status: 'text',
  upstreamModel: 'text',
  upstreamRequestId: 'text?',
  ...OUTCOME,
  ...USAGE,
  startedAt: 'whole',
  latencyMs: 'whole?',
  firstTokenMs: 'whole?',
  charge: 'whole',
  cost: 'whole?',
  costCurrency: 'text?',
  usageClasses: 'text?',
  protocol: 'text?',
} as const;

const HOLD = {
  id: 'text',
  requestId: 'text',
  walletId: 'text',
  accountId: 'text',
  apiKeyId: 'text',
  projectId: 'text?',
  runId: 'text?',
  amount: 'whole',
  state: 'text',
  placedAt: 'whole',
  resolvedAt: 'whole?',
} as const;

/** A hold that has ended, as it is sealed with its receipt: all of it. */
const ENDED_HOLD = {
  ...HOLD,
  ...FACTS,
  owner: 'text',
  expiresAt: 'whole',
} as const;

const KEY = { id: 'text', apiKeyId: 'text', bodyHash: 'text', requestId: 'text', holdId: 'text', createdAt: 'whole' } as const;

const WALLET = {
  id: 'text',
  accountId: 'text',
  bucket: 'text',
  currency: 'text',
  posted: 'whole',
  held: 'whole',
  seq: 'whole',
  changedAtUs: 'whole',
} as const;

const PRICE = {
  id: 'text',
  routeId: 'text',
  channelId: 'text?',
  currency: 'text',
  input: 'whole',
  cachedInput: 'whole?',
  cacheWrite: 'whole?',
  output: 'whole',
  perRequest: 'whole?',
  multiplier: 'whole',
  classes: 'text?',
} as const;

const SEALED = { batchId: 'text', sealSeq: 'whole', position: 'whole', digest: 'text' } as const;

/**
 * Columns that came after rows had been sealed: part of a seal only where they hold something, so that older seals stand. Each
 * with what a seal writes before its value, so that none can stand for another one; the first of them has nothing.
 */
export const LATER: ReadonlyMap<string, string> = new Map([
  ['usageClasses', ''],
  ['protocol', 'protocol '],
]);

/** `key`: the column by which a table is read in order; for a wallet's changes within their wallet. */
export const TABLES = {
  batch: { name: 'ledger_batch', key: 'id', columns: BATCH },
  transfer: { name: 'transfer', key: 'id', columns: TRANSFER },
  change: { name: 'wallet_change', key: 'seq', columns: CHANGE },
  receipt: { name: 'receipt', key: 'id', columns: RECEIPT },
  attempt: { name: 'attempt', key: 'idx', columns: ATTEMPT },
  refund: { name: 'refund', key: 'transferId', columns: { receiptId: 'text', transferId: 'text', amount: 'whole' } },
  hold: { name: 'hold', key: 'id', columns: HOLD },
  endedHold: { name: 'hold', key: 'id', columns: ENDED_HOLD },
  wallet: {
    name: 'wallet',
    key: 'id',
    columns: WALLET,
  },
  price: { name: 'price_version', key: 'id', columns: PRICE },
  counter: { name: 'spend_counter', key: 'id', columns: { id: 'text', spent: 'whole', held: 'whole' } },
  idempotencyKey: { name: 'idempotency_key', key: 'id', columns: KEY },
  seal: {
    name: 'seal',
    key: 'seq',
    columns: { seq: 'whole', batches: 'whole', previousHash: 'text', hash: 'text', sealedAt: 'whole' },
  },
  sealedFact: { name: 'seal_fact', key: 'name', columns: { name: 'text', sealSeq: 'whole', position: 'whole', digest: 'text' } },
  sealedDigest: { name: 'seal_batch', key: 'position', columns: SEALED },
  sealedBatch: { name: 'seal_batch', key: 'position', columns: { ...SEALED, manifest: 'text' } },
} as const satisfies Record<string, { readonly name: string; readonly key: string; readonly columns: Columns }>;

export type TableName = keyof typeof TABLES;
export type Row<T extends TableName> = RowOf<(typeof TABLES)[T]['columns']>;
export type ColumnOf<T extends TableName> = keyof (typeof TABLES)[T]['columns'] & string;
