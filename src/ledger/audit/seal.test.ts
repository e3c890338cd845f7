import { fingerprint } from '../../kernel/secret';
import { type BatchRows, sealAgain, sealBatch } from './seal';
import { type Row, TABLES } from './tables';

const batch: Row<'batch'> = { id: 'b1', owner: 'o', items: 1n, createdAt: 5n };

/** Any values: a seal asks for none of their meaning. */
function receipt(usageClasses: string | null): Row<'receipt'> {
  const values = Object.entries(TABLES.receipt.columns).map(([name, kind]) => [name, kind.startsWith('whole') ? 7n : `${name} of it`]);
  return { ...(Object.fromEntries(values) as Row<'receipt'>), usageClasses };
}

/** As they were made before holds were sealed. */
const FIRST = { digest: '', manifest: 'ledger_batch b1 0' };
const digestOf = (row: Row<'receipt'>) =>
  sealAgain({ batch, receipts: [row], transfers: [], changes: [], attempts: [], refunds: [], holds: [], keys: [] }, FIRST).digest;
const textOf = (table: string, row: object) => JSON.stringify([table, ...Object.values(row).map((each) => (each === 7n ? '7' : each))]);

describe('the seal of a receipt', () => {
  it('stands as it was made before receipts had classes of usage, where there are none', () => {
    const { usageClasses: _later, ...before } = receipt(null);
    const batchText = JSON.stringify(['batch', 'b1', 'o', '1', '5']);
    expect(digestOf(receipt(null))).toBe(fingerprint('tokens-forge seal 1', batchText, textOf('receipt', before)));
  });

  it('covers the classes of usage where there are any', () => {
    const digests = [null, '{"images":1}', '{"images":2}'].map((classes) => digestOf(receipt(classes)));
    expect(new Set(digests).size).toBe(3);
  });
});

describe('the seal of an attempt', () => {
  const sealed = (over: Partial<Row<'attempt'>>) =>
    sealBatch({ ...OF_TODAY, attempts: OF_TODAY.attempts.map((each) => ({ ...each, ...over })) }).digest;

  it('covers what the channel spoke, and does not take it for another text of the row', () => {
    const told = [{}, { protocol: 'openai' }, { protocol: 'gemini' }, { usageClasses: 'openai' }, { usageClasses: 'gemini' }];
    expect(new Set(told.map(sealed)).size).toBe(told.length);
  });

  it('stands as it was made before that was recorded', () => {
    const [attempt] = OF_TODAY.attempts;
    const { protocol: _later, ...before } = attempt as Row<'attempt'>;
    const older = { ...OF_TODAY, attempts: [before as Row<'attempt'>] };
    expect(sealBatch(OF_TODAY)).toEqual(sealBatch({ ...older, attempts: [{ ...before, protocol: null }] }));
  });
});

/** One row of each table, written out: what a gateway of any later version reads where it reads a batch of today. */
const OF_TODAY: BatchRows = {
  batch: { id: 'b-1', owner: 'p-1', items: 2n, createdAt: 1_000n },
  transfers: [
    {
      ...{ id: 't-1', batchId: 'b-1', kind: 'CHARGE', currency: 'CNY', debit: 'acme:RMB', credit: 'house:revenue:CNY' },
      ...{ amount: 140_000n, walletId: 'acme:RMB', batchRest: 0n, holdId: 'h-1', receiptId: 'r-1', apiKeyId: 'k-1' },
      ...{ runId: null, externalKey: null, memo: null, createdAt: 999n },
    },
  ],
  changes: [
    { walletId: 'acme:RMB', seq: 1n, batchId: 'b-1', atUs: 1_000_000n, postedDelta: -140_000n, postedAfter: 860_000n, heldAfter: 0n },
  ],
  receipts: [
    {
      ...{ id: 'r-1', accountId: 'acme', apiKeyId: 'k-1', projectId: null, runId: null, endpoint: '/v1/chat/completions', stream: 0n },
      ...{ requestedModel: 'small', createdAt: 900n, routeId: 'small:ORDINARY', routeType: 'ORDINARY', bucket: 'RMB' },
      ...{ bucketReason: 'because', primaryChannelId: 'c-1', primaryPriceId: 'small:ORDINARY#1', status: 'SUCCEEDED' },
      ...{ stopReason: 'COMPLETED', settledAt: 999n, upstreamModel: 'small', reportedModel: null, finalChannelId: 'c-1' },
      ...{ priceId: 'small:ORDINARY#1', retryCount: 0n, fallbackCount: 0n, providerStatus: 200n, errorCode: null, errorMessage: null },
      ...{ inputTokens: 10n, cachedInputTokens: 0n, cacheWriteTokens: 0n, outputTokens: 20n, reasoningTokens: 0n, usageSource: 'PROVIDER' },
      ...{ latencyMs: 99n, firstTokenMs: null, loweredOutputLimit: null, recovered: 0n, charge: 140_000n, noChargeReason: null },
      ...{ holdId: 'h-1', holdAmount: 500_000n, transferId: 't-1', batchId: 'b-1', usageClasses: null },
    },
  ],
  attempts: [
    {
      ...{ receiptId: 'r-1', idx: 0n, channelId: 'c-1', role: 'PRIMARY', retry: 0n, status: 'SUCCEEDED', upstreamModel: 'small' },
      ...{ upstreamRequestId: null, providerStatus: 200n, errorCode: null, errorMessage: null, inputTokens: 10n },
      ...{ cachedInputTokens: 0n, cacheWriteTokens: 0n, outputTokens: 20n, reasoningTokens: 0n, usageSource: 'PROVIDER', startedAt: 905n },
      ...{ latencyMs: 90n, firstTokenMs: null, charge: 140_000n, cost: null, costCurrency: null, usageClasses: null, protocol: null },
    },
  ],
  refunds: [{ receiptId: 'r-0', transferId: 't-0', amount: 5n }],
  holds: [
    {
      ...{ id: 'h-1', requestId: 'r-1', walletId: 'acme:RMB', accountId: 'acme', apiKeyId: 'k-1', projectId: null, runId: null },
      ...{ endpoint: '/v1/chat/completions', stream: 0n, requestedModel: 'small', createdAt: 900n, routeId: 'small:ORDINARY' },
      ...{ routeType: 'ORDINARY', bucket: 'RMB', bucketReason: 'because', primaryChannelId: 'c-1', primaryPriceId: 'small:ORDINARY#1' },
      ...{ amount: 500_000n, state: 'SETTLED', owner: 'p-1', placedAt: 901n, expiresAt: 5_000n, resolvedAt: 1_000n },
    },
  ],
  keys: [{ id: 'i-1', apiKeyId: 'k-1', bodyHash: 'f', requestId: 'r-1', holdId: 'h-1', createdAt: 901n }],
};

it('a seal that was made before holds were sealed stands', () => {
  const { digest, manifest } = sealAgain(OF_TODAY, FIRST);
  expect(digest).toBe('50fcafc267e3dac88fb133748bbbc1100e8c1ae30c7a5fbd9e6858220d5970b5');
  expect(fingerprint(manifest)).toBe('5f8e12d9235e1fe3e53ba80731222ce5ce443944a353ce86a77985ed652836eb');
});

it('a seal that was made stands: rows of today have the digest and the manifest of today', () => {
  const { digest, manifest } = sealBatch(OF_TODAY);
  expect(sealAgain(OF_TODAY, { digest, manifest })).toEqual({ digest, manifest });
  expect(digest).toBe('dbc1a12c147fb451fe8ee9f71a9d223a910d56d504861bda903e1db3234ff52b');
  expect(fingerprint(manifest)).toBe('a5f5a780e845de31e40a5f64e8a70f0f351c7fb6e2dee3fb5f0da1466bcb535e');
});

it('the same rows give the same seal, in whatever order they are read', () => {
  const twice = <T extends object>([one]: readonly T[], over: Partial<T>): readonly T[] => [one as T, { ...(one as T), ...over }];
  const read: BatchRows = {
    batch: OF_TODAY.batch,
    transfers: twice(OF_TODAY.transfers, { id: 't-2' }),
    changes: twice(OF_TODAY.changes, { seq: 2n }),
    receipts: twice(OF_TODAY.receipts, { id: 'r-2' }),
    attempts: twice(OF_TODAY.attempts, { idx: 1n }),
    refunds: twice(OF_TODAY.refunds, { transferId: 't-9' }),
    holds: twice(OF_TODAY.holds, { id: 'h-2' }),
    keys: twice(OF_TODAY.keys, { id: 'i-2' }),
  };
  const otherwise = Object.entries(read).map(([name, rows]) => [name, Array.isArray(rows) ? rows.toReversed() : rows]);
  expect(sealBatch(Object.fromEntries(otherwise) as BatchRows)).toEqual(sealBatch(read));
});

it('is made as it was made whatever its manifest was edited to: the digest tells', () => {
  const first = sealAgain(OF_TODAY, FIRST);
  const today = sealBatch(OF_TODAY);
  expect(sealAgain(OF_TODAY, { ...first, manifest: today.manifest })).toEqual(first);
  expect(sealAgain(OF_TODAY, { ...today, manifest: first.manifest })).toEqual(today);
});
