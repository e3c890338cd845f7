/**
 * What the gateway of the end-to-end suites sells. Prices are chosen so that charges can be worked out in the head: on the
 * primary channel a token of input is 1000 nano and one of output 4000, on the backup twice that.
 */
export interface ShopUpstreams {
  readonly a: { readonly baseUrl: string };
  readonly b: { readonly baseUrl: string };
  readonly official: { readonly baseUrl: string };
}

export const PRIMARY_PRICE = { input: '1', cachedInput: '0.1', output: '4' };
/** Writing to a cache is dearer than reading afresh. */
const CLAUDE_PRICE = { input: '1', cachedInput: '0.1', cacheWrite: '1.25', output: '4' };
export const BACKUP_PRICE = { input: '2', output: '8' };
/** A token of input costs the operator 500 nano of a yuan, one of output 2000; on the backup 100 and 400 nano of a dollar. */
const PRIMARY_COST = { currency: 'CNY', input: '0.5', output: '2' };
const BACKUP_COST = { currency: 'USD', input: '0.1', output: '0.4' };
export const OFFICIAL_PRICE = { input: '0.25', output: '2' };

/** A picture costs 0.02 yuan, and the operator half of it. */
const PAINTER_PRICE = { input: '0', output: '0', perImage: '0.02' };
const PAINTER_COST = { currency: 'CNY', input: '0', output: '0', perImage: '0.01' };

/** A character that is spoken costs 0.001 yuan, a second that is heard 0.01; on the backups twice that. */
const BY_NOTHING = { input: '0', output: '0' };
const SPEAKER_PRICE = { ...BY_NOTHING, characters: '1000' };
const LISTENER_PRICE = { ...BY_NOTHING, perSecond: '0.01' };
/** A token of audio costs 20,000 nano when it is spoken, and 10,000 when it is heard. */
const AUDIO_TOKENS = { audioInput: '10', audioOutput: '20' };

export const HI = [{ role: 'user' as const, content: 'hi' }];

/** The secret of a key, from its id. */
export const secretOf = (keyId: string) => `sk-tf-test-${keyId}`;
export const tokenOf = (accountId: string) => `management-token-of-${accountId}`;

/** Longer than any test waits: only what is hasty runs into its deadlines, however busy the machine is. */
const PATIENT = { connectMs: 60_000, firstByteMs: 300_000, idleMs: 300_000, totalMs: 600_000 };
const HASTY = { connectMs: 60_000, firstByteMs: 1_500, idleMs: 1_500, totalMs: 5_000 };
/** A port on which nothing listens. */
const NOBODY = 'http://127.0.0.1:9/v1';

export function shopCatalog({ a, b, official }: ShopUpstreams) {
  return {
    channels: [
      channel('cheap-a', a.baseUrl, { costs: { 'small-2025': PRIMARY_COST } }),
      channel('cheap-b', b.baseUrl),
      channel('official', official.baseUrl),
      channel('cancel-a', a.baseUrl, { onClientGone: 'cancel' }),
      channel('hasty-a', a.baseUrl, { timeouts: HASTY }),
      channel('nobody', NOBODY),
      channel('claude', a.baseUrl, { protocol: 'anthropic' }),
    ],
    models: [
      model('small'),
      model('stubborn'),
      model('cancelling'),
      model('hasty'),
      model('skipping'),
      model('unreachable'),
      model('incompatible'),
      model('claude'),
      model('only-ordinary'),
      model('only-official'),
      model('free'),
      model('vast', 50_000_000),
      model('painter', 0),
      model('token-painter', 2_000),
      model('speaker', 2_000),
      model('token-speaker', 2_000),
      model('listener', 2_000),
      model('token-listener', 2_000),
      model('deaf'),
    ],
    routes: [
      ordinary('small', [
        { channel: 'cheap-a', upstreamModel: 'small-2025' },
        { channel: 'cheap-b', price: BACKUP_PRICE, cost: BACKUP_COST },
      ]),
      { model: 'small', type: 'OFFICIAL', price: OFFICIAL_PRICE, channels: [{ channel: 'official' }] },
      ordinary('stubborn', [
        { channel: 'cheap-a', maxAttempts: 3 },
        { channel: 'cheap-b', price: BACKUP_PRICE },
      ]),
      ordinary('cancelling', [{ channel: 'cancel-a' }]),
      ordinary('hasty', [{ channel: 'hasty-a' }]),
      ordinary('skipping', [{ channel: 'claude' }, { channel: 'cheap-b', price: BACKUP_PRICE }]),
      ordinary('unreachable', [{ channel: 'nobody' }, { channel: 'cheap-b', price: BACKUP_PRICE }]),
      ordinary('incompatible', [{ channel: 'claude' }]),
      { ...ordinary('claude', [{ channel: 'claude', upstreamModel: 'claude-theirs' }]), price: CLAUDE_PRICE },
      ordinary('only-ordinary', [{ channel: 'cheap-a' }]),
      { model: 'only-official', type: 'OFFICIAL', price: OFFICIAL_PRICE, channels: [{ channel: 'official' }] },
      { model: 'free', type: 'ORDINARY', price: { input: '0', output: '0' }, channels: [{ channel: 'cheap-a' }] },
      { model: 'vast', type: 'ORDINARY', price: { input: '0.01', output: '0.01' }, channels: [{ channel: 'cheap-a' }] },
      { ...ordinary('painter', [{ channel: 'cheap-a', cost: PAINTER_COST }]), price: PAINTER_PRICE },
      { ...ordinary('token-painter', [{ channel: 'cheap-a' }]), price: { ...PRIMARY_PRICE, imageOutput: '40' } },
      spoken('speaker', SPEAKER_PRICE, { ...BY_NOTHING, characters: '2000' }),
      spoken('listener', LISTENER_PRICE, { ...BY_NOTHING, perSecond: '0.02' }),
      { ...ordinary('token-speaker', [{ channel: 'cheap-a' }]), price: { ...PRIMARY_PRICE, ...AUDIO_TOKENS } },
      { ...ordinary('token-listener', [{ channel: 'cheap-a' }]), price: { ...PRIMARY_PRICE, ...AUDIO_TOKENS } },
      { ...ordinary('deaf', [{ channel: 'claude' }]), price: { ...SPEAKER_PRICE, ...LISTENER_PRICE, perImage: '0.01' } },
    ],
    research: { models: { quick: 'small', deep: 'stubborn' }, marketData: { provider: 'sample' } },
    accounts: [
      account('acme', { RMB: '1000', CREDIT: '100' }, [
        key('chat', { project: 'acme-bots' }),
        key('official', { routePolicy: 'OFFICIAL_ONLY' }),
        key('crossing', { routePolicy: 'ORDINARY_FIRST', crossBucketFallback: true }),
        key('careful', { routePolicy: 'ORDINARY_FIRST' }),
        key('premium', { routePolicy: 'OFFICIAL_FIRST', crossBucketFallback: true }),
        key('narrow', { allowedModels: ['small'] }),
        key('expired', { expiresAt: '2020-01-01T00:00:00Z' }),
        key('leaver'),
        key('pausable'),
        key('revocable'),
      ]),
      account('globex', { RMB: '5', CREDIT: '0' }, [key('globex-chat')]),
      account('poor', { RMB: '0', CREDIT: '10' }, [
        key('poor-chat'),
        key('poor-crossing', { routePolicy: 'ORDINARY_FIRST', crossBucketFallback: true }),
        key('poor-careful', { routePolicy: 'ORDINARY_FIRST' }),
      ]),
      // Covers "hi" and 320 tokens of output on `only-ordinary`; then 256, and one token less.
      account('lean', { RMB: '0.001298' }, [key('lean-chat')]),
      account('leaner', { RMB: '0.001042' }, [key('leaner-chat')]),
      account('leanest', { RMB: '0.001041' }, [key('leanest-chat')]),
      // Ten holds for "hi" with 100 tokens of output on `only-ordinary`, to the nano.
      account('ten', { RMB: '0.00418' }, [key('ten-chat')]),
    ],
  };
}

function channel(id: string, baseUrl: string, more: object = {}) {
  return { id, protocol: 'openai', baseUrl, apiKey: `sk-upstream-${id}`, timeouts: PATIENT, ...more };
}

function model(id: string, maxOutputTokens = 1_000) {
  return { id, contextWindow: 8_000, maxOutputTokens, mediaPartTokens: 100 };
}

function ordinary(modelId: string, channels: readonly object[]) {
  return { model: modelId, type: 'ORDINARY', price: PRIMARY_PRICE, channels };
}

function spoken(modelId: string, price: object, backup: object) {
  return { ...ordinary(modelId, [{ channel: 'cheap-a' }, { channel: 'cheap-b', price: backup }]), price };
}

function account(id: string, wallets: object, keys: readonly object[]) {
  return { id, name: id, wallets, token: tokenOf(id), projects: [{ id: `${id}-bots`, name: 'Bots' }], keys };
}

function key(id: string, more: object = {}) {
  return { id, name: id, secret: secretOf(id), routePolicy: 'ORDINARY_ONLY', ...more };
}
