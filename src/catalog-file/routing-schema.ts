/** The shape of what the catalog says about channels, models and routes. */
import { z } from 'zod';
import { HOUR_MS } from '../kernel/times';
import { ROUTE_TYPES } from '../kernel/words';
import { PROTOCOLS, STICKINESS } from '../routing/catalog';
import { BREAKER_DEFAULTS } from '../routing/health/breaker-settings';
import { count, displayName, headerSecret, id, modelId, upstreamModel } from './fields';
import { cost, price } from './price-schema';

const CALLS_MAX = 100_000;
const SECRETS_MAX = 100;
const PRIORITY_MAX = 1_000;
const TOKENS_MAX = 100_000_000;

const timeouts = z.strictObject({
  connectMs: count(1, HOUR_MS).default(3_000).describe('Until the connection stands.'),
  firstByteMs: count(1, HOUR_MS).default(30_000).describe('From sending to the first byte of the body.'),
  idleMs: count(1, HOUR_MS).default(60_000).describe('The longest silence within a body.'),
  totalMs: count(1, HOUR_MS).default(600_000).describe('The whole attempt.'),
});

const breaker = z
  .strictObject({
    failureRate: z
      .number({ error: 'must be a number above 0 and at most 1' })
      .gt(0, { error: 'must be above 0' })
      .max(1)
      .optional()
      .describe(
        `Opens when this part of the calls of the last 10 s failed, counted over all processes that share a Redis; ${BREAKER_DEFAULTS.failureRate} when left out.`,
      ),
    minimumRequests: count(1, CALLS_MAX)
      .optional()
      .describe(`Fewer calls say nothing of the rate; ${BREAKER_DEFAULTS.minimumRequests} when left out.`),
    consecutiveFailures: count(1, CALLS_MAX)
      .optional()
      .describe(`Opens when so many calls in a row of one process failed; ${BREAKER_DEFAULTS.consecutiveFailures} when left out.`),
    openMs: count(1, HOUR_MS)
      .optional()
      .describe(
        `For how long it opens at first; twice as long each time that it opens again soon, up to a minute where that is longer. ${BREAKER_DEFAULTS.openMs} when left out.`,
      ),
    off: z.boolean().optional().describe('true: the channel is watched, and never passed over for what is seen.'),
  })
  .describe('When the channel is passed over for failing, for each upstream model apart. It comes back by itself.');

export const channel = z
  .strictObject({
    id: id.describe('The name of the channel in routes, in the graph and on receipts.'),
    name: displayName.optional().describe('For people; the id when left out.'),
    protocol: z.enum(PROTOCOLS).describe('The wire format that the upstream speaks.'),
    baseUrl: z
      .string()
      .max(500)
      .regex(/^https?:\/\//, { error: 'must be an http:// or https:// URL' })
      .describe('Where requests go, up to and with the version: https://api.example.com/v1'),
    apiKey: headerSecret(1, 4_000)
      .optional()
      .describe('The secret of the upstream. In a file, better a reference to a variable of the environment than the secret itself.'),
    apiKeys: z
      .array(headerSecret(1, 4_000))
      .min(1)
      .max(SECRETS_MAX)
      .optional()
      .describe('Several secrets in place of apiKey: used in turn, and one that the upstream refuses is put aside alone.'),
    timeouts: timeouts.prefault({}).describe('Deadlines of one attempt, in milliseconds.'),
    onClientGone: z
      .enum(['drain', 'cancel'])
      .default('drain')
      .describe('What the upstream bills after a client has left: the whole answer, or what it had sent.'),
    breaker: breaker.optional(),
    costs: z
      .record(upstreamModel, cost)
      .optional()
      .describe('What the upstream charges the operator, by the name that it gives the model; a step may say otherwise.'),
  })
  .describe('An upstream account: where requests go.');

export const model = z.strictObject({
  id: modelId.describe('The name that callers send.'),
  contextWindow: count(1, TOKENS_MAX).describe('Tokens that input and output may have together.'),
  maxOutputTokens: count(0, TOKENS_MAX).describe(
    'The longest answer, in tokens; 0 of a model that writes no text, such as one for embeddings.',
  ),
  mediaPartTokens: count(0, TOKENS_MAX)
    .optional()
    .describe('Upper bound for one image, file or audio part; the contextWindow when left out.'),
});

export const step = z.strictObject({
  channel: id.describe('The id of a channel of this catalog.'),
  upstreamModel: upstreamModel.optional().describe("The model's name at this upstream; the model's own id when left out."),
  maxAttempts: count(1, 10).default(1).describe('How often this channel is tried before the next one.'),
  priority: count(1, PRIORITY_MAX)
    .optional()
    .describe('The smallest are tried first, and those of one priority in an order that is drawn; its place, from 1, when left out.'),
  weight: count(1, PRIORITY_MAX).optional().describe('How often it is drawn among those of its priority; 1 when left out.'),
  price: price.optional().describe("This channel's own price; the route's when left out."),
  cost: cost.optional().describe("What the upstream charges the operator here; the channel's cost for the upstreamModel when left out."),
});

export const route = z.strictObject({
  model: modelId.describe('The id of a model of this catalog.'),
  type: z.enum(ROUTE_TYPES).describe('ORDINARY pays from the RMB wallet, OFFICIAL from Credit.'),
  price,
  sticky: z
    .enum(STICKINESS)
    .optional()
    .describe(
      'For the prompt caches of upstreams: key keeps the requests of one API key on one of the channels of a priority, prefix those that begin alike. Left out: only those of one prompt_cache_key.',
    ),
  channels: z
    .array(step)
    .min(1)
    .max(20)
    .describe('In the order in which they are tried, where no priority says otherwise: the first is primary, the rest are backups.'),
});
