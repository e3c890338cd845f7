/** Whether a rule is true now, and of what. */
import { formatDecimal } from '../kernel/money';
import type { Bucket, RouteType, SpendWindow } from '../kernel/words';
import type { LedgerReader, ReceiptFilter, Scope } from '../ledger/ledger-reader';
import { windowStart } from '../ledger/spend-counter';
import type { UsageReports } from '../ledger/usage-report';
import { type Wallet, walletId } from '../ledger/wallet';
import type { AlertRule } from './alert';
import { balanceOfState, stateEpisode, windowEpisode } from './episode';

export interface Evaluation {
  /** The rule is true of it. */
  readonly breached: boolean;
  /** What an alert is raised for once: a window that passes, or the state until it ends. */
  readonly episode: string;
  /**
   * Too early to be quiet: a window has just begun, and may not have begun yet by the clock of another process; or what was told is
   * only just not true, as it is between two calls of many, and would be told with each of them.
   */
  readonly lasts: boolean;
  readonly value: bigint;
  readonly message: string;
}

export interface EvaluationPorts {
  readonly reader: Pick<LedgerReader, 'wallets' | 'receipts' | 'entries'>;
  readonly usage: UsageReports;
}

const HOUR_MS = 3_600_000;
const ONE = 1_000_000_000n;
/** Of a percent, as people read it: two digits after the point. */
const HUNDREDTH = ONE / 10_000n;
const WINDOW_WORDS: Readonly<Record<SpendWindow, string>> = { DAY: 'today', WEEK: 'this week', MONTH: 'this month', LIFETIME: 'in all' };

/** Only looks. `now`: milliseconds since 1970, which decide the window. */
export function evaluateRule(ports: EvaluationPorts, rule: AlertRule, now: number): Promise<Evaluation> {
  if (rule.metric === 'BALANCE') return balance(ports, rule);
  return rule.metric === 'SPEND' ? spend(ports, rule, now) : rate(ports, rule, now);
}

async function balance({ reader }: EvaluationPorts, { accountId, bucket, threshold, episode: told }: AlertRule): Promise<Evaluation> {
  const wallet = (await reader.wallets(accountId)).find((each) => each.bucket === bucket);
  const value = wallet === undefined ? 0n : leftIn(wallet);
  const posted = wallet?.posted ?? 0n;
  const before = balanceOfState(told);
  // What holds give back tops up nothing: every call of a balance that is nearly low would else tell it anew.
  const lasts = before !== null && posted <= before && value < threshold + nearly(threshold);
  const message = `${bucket} has ${formatDecimal(value)} left to spend, below ${formatDecimal(threshold)}: top it up.`;
  return { breached: value < threshold, episode: stateEpisode('low', posted), lasts, value, message };
}

/** How far from its threshold a state has to be to have ended. */
function nearly(threshold: bigint): bigint {
  return threshold / 10n;
}

function leftIn({ posted, held }: Wallet): bigint {
  return posted - held;
}

async function spend({ usage }: EvaluationPorts, rule: AlertRule, now: number): Promise<Evaluation> {
  const window = rule.window ?? 'LIFETIME';
  const from = windowStart(window, now);
  const value = await chargesOf(usage, rule, from ?? 0, now + 1);
  const spent = `${formatDecimal(value)} ${rule.bucket} were spent ${WINDOW_WORDS[window]}${whose(rule)}`;
  const message = `${spent}: the threshold is ${formatDecimal(rule.threshold)}.`;
  return {
    breached: value >= rule.threshold,
    episode: windowEpisode(window, from),
    lasts: from === null || now - from < HOUR_MS,
    value,
    message,
  };
}

/** A refund does not unsay a charge, and an hour that has passed does. */
async function rate({ usage }: EvaluationPorts, rule: AlertRule, now: number): Promise<Evaluation> {
  const { projectId, routeType } = rule;
  const hour = { from: now - HOUR_MS, to: now + 1 };
  const { requests, failed, moved } = await usage.outcomes({ scope: scopeOf(rule), ...hour, projectId, routeType });
  const bad = rule.metric === 'FAILURE_RATE' ? failed : moved;
  const value = requests === 0 ? 0n : (BigInt(bad) * ONE) / BigInt(requests);
  const happened = rule.metric === 'FAILURE_RATE' ? 'failed' : 'needed a backup';
  const share = `${percent(value)} % of ${requests} requests${whose(rule)} ${happened} within the last hour`;
  const enough = requests >= (rule.minimumRequests ?? 1);
  return {
    breached: enough && value >= rule.threshold,
    ...{ episode: stateEpisode('high', null), lasts: enough && value > rule.threshold - nearly(rule.threshold) },
    ...{ value, message: `${share}: the threshold is ${percent(rule.threshold)} %.` },
  };
}

function percent(share: bigint): string {
  return formatDecimal((share / HUNDREDTH) * (ONE / 100n));
}

function whose({ apiKeyId, projectId, routeType }: AlertRule): string {
  if (apiKeyId !== null) return ` by the key ${apiKeyId}`;
  if (projectId !== null) return ` by the project ${projectId}`;
  return routeType === null ? '' : ` on ${routeType} routes`;
}

function scopeOf({ apiKeyId, accountId }: AlertRule): Scope {
  return apiKeyId === null ? { accountId } : { apiKeyId };
}

async function chargesOf(usage: UsageReports, rule: AlertRule, from: number, to: number): Promise<bigint> {
  const { bucket, projectId, routeType } = rule;
  const groupBy = projectId === null ? 'ROUTE_TYPE' : 'PROJECT';
  const points = await usage.usage({ scope: scopeOf(rule), from, to, interval: 'MONTH', groupBy });
  const group = projectId ?? routeType;
  const wanted = points.filter((point) => point.bucket === bucket && (group === null || point.group === group));
  return wanted.reduce((sum, { charge }) => sum + charge, 0n);
}

/** The newest receipt or ledger entry that a rule may have come true with. */
export async function traceOf({ reader }: EvaluationPorts, rule: AlertRule): Promise<Trace> {
  const { accountId, metric, bucket, apiKeyId, projectId, routeType } = rule;
  const scope: Scope = { accountId };
  const ofKey = apiKeyId === null ? {} : { apiKeyId };
  // Entries know their key, and not their project.
  if (bucket !== null && projectId === null) {
    const charges = metric === 'SPEND' ? { kind: 'CHARGE' as const, ...ofKey } : {};
    const newest = (await reader.entries(scope, { first: 1 }, { walletId: walletId(accountId, bucket), ...charges })).items[0]?.node;
    return { receiptId: newest?.receiptId ?? null, ledgerEntryId: newest?.id ?? null };
  }
  const asked: ReceiptFilter = { ...ofKey, ...(projectId !== null && { projectId }), ...routeTypeOf(bucket, routeType), ...ended(metric) };
  const { items } = await reader.receipts(scope, { first: metric === 'SPEND' ? LOOKED_THROUGH : 1 }, asked);
  const newest = items.find(({ node }) => metric !== 'SPEND' || (!node.inFlight && node.record.charge > 0n));
  return { receiptId: newest?.node.record.requestId ?? null, ledgerEntryId: null };
}

interface Trace {
  readonly receiptId: string | null;
  readonly ledgerEntryId: string | null;
}

/** Requests of a project, for the newest one that was charged: also an answer that broke, or that nobody waited for. */
const LOOKED_THROUGH = 100;

/** Who pays is a matter of the route's type alone. */
function routeTypeOf(bucket: Bucket | null, routeType: RouteType | null): ReceiptFilter {
  const type = bucket === null ? routeType : bucket === 'RMB' ? 'ORDINARY' : 'OFFICIAL';
  return type === null ? {} : { routeType: type };
}

function ended(metric: AlertRule['metric']): ReceiptFilter {
  if (metric === 'SPEND') return {};
  return metric === 'FAILURE_RATE' ? { status: 'FAILED' } : { withFallback: true };
}
