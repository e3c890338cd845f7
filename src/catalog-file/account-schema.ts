/** The shape of what the catalog says about accounts. A key has the fields of the graph's `CreateApiKeyInput`. */
import { z } from 'zod';
import { BUCKETS, ROUTE_POLICIES, SPEND_WINDOWS } from '../kernel/words';
import { ADDRESSES_MAX, ALIASES_MAX, ATTEMPTS_MAX, DEADLINE_MAX_MS, DEADLINE_MIN_MS } from '../keys/key-policies';
import { aboveZero, addressRange, count, decimal, displayName, headerSecret, id, modelId } from './fields';

const AMOUNT_MAX = '1000000000';
const RATE_MAX = 1_000_000_000;

const MODELS_MAX = 1_000;
const MODELS_WANTED = { error: `must name 1 to ${MODELS_MAX} models; leave it out to allow every model` };

const rate = count(1, RATE_MAX).nullish();

const spendLimit = z.strictObject({
  bucket: z.enum(BUCKETS),
  window: z.enum(SPEND_WINDOWS),
  amount: aboveZero(AMOUNT_MAX),
});
const spendLimits = z
  .array(spendLimit)
  .max(BUCKETS.length * SPEND_WINDOWS.length)
  .nullish()
  .describe('At most one for each bucket and window.');

const price = decimal(AMOUNT_MAX).nullish();
const priceCeiling = z
  .strictObject({ bucket: z.enum(BUCKETS), input: price, output: price })
  .refine(({ input, output }) => (input ?? output ?? null) !== null, { error: 'must have "input", "output" or both' });
const policies = {
  maxAttempts: count(1, ATTEMPTS_MAX).nullish().describe('Tries of one request, over all its channels and both balances.'),
  deadlineMs: count(DEADLINE_MIN_MS, DEADLINE_MAX_MS).nullish().describe('From receiving a request to the last byte of its answer.'),
  maxPrice: z
    .array(priceCeiling)
    .max(BUCKETS.length)
    .nullish()
    .describe('The most that one million tokens may cost: channels that are dearer are passed over. At most one for each bucket.'),
  maxCharge: z
    .array(z.strictObject({ bucket: z.enum(BUCKETS), amount: aboveZero(AMOUNT_MAX) }))
    .max(BUCKETS.length)
    .nullish()
    .describe('The most that may be held for one request, and so the most that it can cost. At most one for each bucket.'),
  modelAliases: z
    .array(z.strictObject({ alias: modelId, model: modelId }))
    .max(ALIASES_MAX)
    .nullish()
    .describe('Names under which this key calls models, before those of the catalog.'),
  allowedAddresses: z
    .array(addressRange)
    .max(ADDRESSES_MAX)
    .nullish()
    .describe('Where the key may be used from: addresses of clients, and ranges such as 203.0.113.0/24. From anywhere when left out.'),
};

const project = z.strictObject({ id, name: displayName, spendLimits });

const key = z.strictObject({
  id: id.describe('The id of the key in the graph and on receipts.'),
  name: displayName,
  secret: headerSecret(6, 200).describe('What callers send as bearer token. Stored only as a hash.'),
  project: id.nullish().describe('The id of a project of this account.'),
  projectId: id.nullish().describe('The same as project, by its name in the graph.'),
  accountId: id.nullish().describe('As in the graph; the account that the key stands under.'),
  routePolicy: z.enum(ROUTE_POLICIES).default('ORDINARY_ONLY').describe('What the key does when a model has routes of both types.'),
  crossBucketFallback: z
    .boolean()
    .default(false)
    .describe('true: a request may move to the route of the other type, and so to the other balance.'),
  allowedModels: z
    .array(modelId)
    .min(1, MODELS_WANTED)
    .max(MODELS_MAX, MODELS_WANTED)
    .nullish()
    .describe('Every model that the policy reaches when left out.'),
  requestsPerMinute: rate,
  tokensPerMinute: rate,
  concurrency: rate,
  spendLimits,
  ...policies,
  expiresAt: z.iso.datetime({ offset: true, error: 'must be an instant such as 2030-01-31T00:00:00Z' }).nullish(),
});

export const account = z
  .strictObject({
    id: id.describe('The id of the account; its wallets are named after it.'),
    name: displayName,
    wallets: z
      .strictObject({ RMB: decimal(AMOUNT_MAX).optional(), CREDIT: decimal(AMOUNT_MAX).optional() })
      .default({})
      .describe('What the wallets start with. Given once.'),
    token: headerSecret(6, 200).optional().describe("Bearer token of the account's owner for GraphQL. Stored only as a hash."),
    projects: z.array(project).max(10_000).default([]),
    keys: z.array(key).max(10_000).default([]),
  })
  .describe('For a first start and for tests: applied once, never overwritten.');
