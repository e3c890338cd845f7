/** `GET /v1/key`: where the calling key stands. Of this key alone, but for the balances and rates that it shares, with the names of the graph. */
import type { FastifyInstance } from 'fastify';
import { type KeyStanding, keyStanding, type StandingSources } from '../../gateway/views/key-standing';
import { formatDecimal, type Nano } from '../../kernel/money';
import { instant, instantOrNull } from '../../kernel/times';
import { currencyOf } from '../../kernel/words';
import type { AccountStore, Project } from '../../keys/account-store';
import { type ApiKey, keyStatus } from '../../keys/api-key';
import type { KeyPolicies } from '../../keys/key-policies';
import type { RateLevel, RateLevels } from '../../keys/rate-limiter';
import { nextWindow, windowStart } from '../../ledger/spend-counter';
import type { Wallet } from '../../ledger/wallet';
import { type CallerDeps, callerOf } from './caller';
import { duration } from './rate-headers';

export interface KeyDeps extends StandingSources, CallerDeps {
  readonly accounts: Pick<AccountStore, 'projectsById'>;
}

export function registerKey(app: FastifyInstance, deps: KeyDeps): void {
  app.get('/v1/key', async (request) => {
    const key = await callerOf(deps, request);
    const now = deps.clock.now();
    const [standing, projects] = await Promise.all([
      keyStanding(deps, key, now),
      deps.accounts.projectsById(key.projectId === null ? [] : [key.projectId]),
    ]);
    return keyJson(key, projects.get(key.projectId ?? '') ?? null, standing, now);
  });
}

function keyJson(key: ApiKey, project: Project | null, standing: KeyStanding, now: number): object {
  const { id, name, prefix, routePolicy, crossBucketFallback, allowedModels } = key;
  return {
    ...{ id, name, prefix, status: keyStatus(key, now) },
    project: project === null ? null : { id: project.id, name: project.name },
    ...{ routePolicy, crossBucketFallback, allowedModels },
    policies: policiesJson(key.policies),
    limits: limitsJson(key, standing, now),
    ...{ rates: ratesJson(standing.rates), accountRates: ratesJson(standing.accountRates) },
    spend: standing.spend.map(({ bucket, window, amount }) => ({
      ...{ bucket, window, currency: currencyOf(bucket) },
      amount: formatDecimal(amount),
    })),
    wallets: standing.wallets.map(walletJson),
    ...{ createdAt: instant(key.createdAt), expiresAt: instantOrNull(key.expiresAt), lastUsedAt: instantOrNull(standing.lastUsedAt) },
  };
}

/** With the names of the graph; amounts as decimal strings. */
function policiesJson({ maxAttempts, deadlineMs, maxPrice, maxCharge, modelAliases, allowedAddresses }: KeyPolicies): object {
  const side = (amount: Nano | null) => (amount === null ? null : formatDecimal(amount));
  return {
    ...{ maxAttempts, deadlineMs },
    maxPrice: maxPrice.map(({ bucket, input, output }) => ({ bucket, input: side(input), output: side(output) })),
    maxCharge: maxCharge.map(({ bucket, amount }) => ({ bucket, amount: formatDecimal(amount) })),
    ...{ modelAliases, allowedAddresses },
  };
}

function limitsJson({ limits }: ApiKey, standing: KeyStanding, now: number): object {
  const { requestsPerMinute, tokensPerMinute, concurrency } = limits;
  const spend = standing.limits.map(({ bucket, window, amount, used, held, remaining }) => ({
    ...{ bucket, window, currency: currencyOf(bucket), amount: formatDecimal(amount) },
    ...{ used: formatDecimal(used), held: formatDecimal(held), remaining: formatDecimal(remaining) },
    resetsAt: instantOrNull(nextWindow(window, windowStart(window, now))),
  }));
  return { requestsPerMinute, tokensPerMinute, concurrency, spend };
}

/** What is left now; the reset as in the headers. */
function ratesJson(levels: RateLevels | null): object | null {
  if (levels === null) return null;
  const { requests, tokens, concurrency } = levels;
  const level = (each: RateLevel | null) =>
    each === null ? null : { limit: each.limit, remaining: each.remaining, reset: duration(each.resetMs) };
  return { requests: level(requests), tokens: level(tokens), concurrency };
}

function walletJson({ id, bucket, posted, held }: Wallet): object {
  const available = posted > held ? posted - held : 0n;
  const amounts = { balance: formatDecimal(posted), held: formatDecimal(held), available: formatDecimal(available) };
  return { id, bucket, currency: currencyOf(bucket), ...amounts };
}
