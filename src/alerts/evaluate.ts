/** Whether a rule is true now, and of what. */
import { counted } from '../kernel/counted';
import { invariant, unreachable } from '../kernel/invariant';
import { formatDecimal, NANO_MAX, ONE } from '../kernel/money';
import { HOUR_MS } from '../kernel/times';
import { type Bucket, currencyOf, routeTypeOf, type SpendWindow } from '../kernel/words';
import type { LedgerReader, ReceiptFilter, Scope } from '../ledger/ledger-reader';
import type { ReceiptRecord } from '../ledger/receipt';
import { windowStart } from '../ledger/spend-counter';
import type { Outcome, UsageReports, Use } from '../ledger/usage-report';
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
  /** Of a rate: the newest receipt that speaks against it. */
  readonly lastReceiptId?: string | null;
}

export interface EvaluationPorts {
  readonly reader: Pick<LedgerReader, 'wallets' | 'receipts' | 'entries'>;
  readonly usage: Pick<UsageReports, 'used' | 'outcomes'>;
}

/** Of a percent, as people read it: two digits after the point. */
const HUNDREDTH = ONE / 10_000n;
const WINDOW_WORDS: Readonly<Record<SpendWindow, string>> = { DAY: 'today', WEEK: 'this week', MONTH: 'this month', LIFETIME: 'in all' };

/** Only looks. `now`: milliseconds since 1970, which decide the window. */
export function evaluateRule(ports: EvaluationPorts, rule: AlertRule, now: number): Promise<Evaluation> {
  switch (rule.metric) {
    case 'BALANCE':
      return balance(ports, rule);
    case 'SPEND':
    case 'TOKENS':
      return use(ports, rule, now);
    case 'FAILURE_RATE':
      return rate(ports, rule, now, { outcome: { kind: 'FAILED' }, happened: 'failed' });
    case 'RETRY_RATE':
      return rate(ports, rule, now, { outcome: { kind: 'RETRIED' }, happened: 'were tried again on a channel' });
    case 'FALLBACK_RATE':
      return rate(ports, rule, now, { outcome: { kind: 'MOVED' }, happened: 'needed a backup' });
    case 'SLOW_RATE':
      return rate(ports, rule, now, slowness(rule));
    default:
      return unreachable(rule.metric);
  }
}

async function balance({ reader }: EvaluationPorts, rule: AlertRule): Promise<Evaluation> {
  const { accountId, threshold, episode: told } = rule;
  const bucket = bucketOfRule(rule);
  const wallet = (await reader.wallets(accountId)).find((each) => each.bucket === bucket);
  const value = wallet === undefined ? 0n : leftIn(wallet);
  const posted = wallet?.posted ?? 0n;
  const before = balanceOfState(told);
  // What holds give back tops up nothing: every call of a balance that is nearly low would else tell it anew.
  const lasts = before !== null && posted <= before && value < threshold + nearly(threshold);
  const message = `${bucket} has ${money(value, bucket)} left to spend, below ${money(threshold, bucket)}: top it up.`;
  return { breached: value < threshold, episode: stateEpisode('low', posted), lasts, value, message };
}

/** How far from its threshold a state has to be to have ended. */
function nearly(threshold: bigint): bigint {
  return threshold / 10n;
}

function leftIn({ posted, held }: Wallet): bigint {
  return posted - held;
}

async function use({ usage }: EvaluationPorts, rule: AlertRule, now: number): Promise<Evaluation> {
  const window = rule.window ?? 'LIFETIME';
  const from = windowStart(window, now);
  const { bucket } = rule;
  const found = await usage.used({ ...selected(rule), from: from ?? 0, to: now + 1, bucket });
  const { value, words, most } = rule.metric === 'TOKENS' ? ofTokens(rule, found) : ofMoney(rule, found);
  const message = `${words} ${WINDOW_WORDS[window]}${whose(rule)}: the threshold is ${most}.`;
  return {
    breached: value >= rule.threshold,
    episode: windowEpisode(window, from),
    lasts: from === null || now - from < HOUR_MS,
    value,
    message,
  };
}

function ofMoney(rule: AlertRule, { charge }: Use) {
  const bucket = bucketOfRule(rule);
  return { value: charge, words: `${money(charge, bucket)} of ${bucket} were spent`, most: money(rule.threshold, bucket) };
}

function ofTokens({ threshold }: AlertRule, { tokens }: Use) {
  const units = tokens * ONE;
  // No column holds more, and no threshold is beyond it.
  const value = units < NANO_MAX ? units : NANO_MAX;
  return { value, words: `${tokens} tokens were used`, most: formatDecimal(threshold) };
}

/** What a rate counts, and how it is told. */
interface Counted {
  readonly outcome: Outcome;
  readonly happened: string;
}

/** A refund does not unsay a charge, and an hour that has passed does. */
async function rate({ usage }: EvaluationPorts, rule: AlertRule, now: number, { outcome, happened }: Counted): Promise<Evaluation> {
  const { requests, counted: bad, last } = await usage.outcomes({ ...selected(rule), from: now - HOUR_MS, to: now + 1, outcome });
  const value = requests === 0 ? 0n : (BigInt(bad) * ONE) / BigInt(requests);
  const share = `${percent(value)} % of ${counted(requests, 'request')}${whose(rule)} ${happened} within the last hour`;
  const enough = requests >= (rule.minimumRequests ?? 1);
  return {
    breached: enough && value >= rule.threshold,
    ...{ episode: stateEpisode('high', null), lasts: enough && value > rule.threshold - nearly(rule.threshold) },
    ...{ value, message: `${share}: the threshold is ${percent(rule.threshold)} %.`, lastReceiptId: last },
  };
}

function slowness({ slowerThanMs }: AlertRule): Counted {
  invariant(slowerThanMs !== null, 'a rule of slow requests says what is slow');
  return { outcome: { kind: 'SLOW', thanMs: slowerThanMs }, happened: `took longer than ${slowerThanMs} ms` };
}

function percent(share: bigint): string {
  return formatDecimal((share / HUNDREDTH) * (ONE / 100n));
}

function whose({ apiKeyId, projectId, routeType, model }: AlertRule): string {
  if (apiKeyId !== null) return ` by the key ${apiKeyId}`;
  if (projectId !== null) return ` by the project ${projectId}`;
  if (model !== null) return ` for the model ${model}`;
  return routeType === null ? '' : ` on ${routeType} routes`;
}

/** The requests that a rule is about. */
function selected({ apiKeyId, accountId, projectId, routeType, model }: AlertRule) {
  const scope: Scope = apiKeyId === null ? { accountId } : { apiKeyId };
  return { scope, projectId, routeType, model };
}

/** Rules of money name their balance: they are not made without one. */
function bucketOfRule({ bucket }: AlertRule): Bucket {
  invariant(bucket !== null, 'a rule of money names a balance');
  return bucket;
}

function money(amount: bigint, bucket: Bucket): string {
  return `${formatDecimal(amount)} ${currencyOf(bucket)}`;
}

interface Trace {
  readonly receiptId: string | null;
  readonly ledgerEntryId: string | null;
}

/** The newest receipt or ledger entry that a rule may have come true with. */
export async function traceOf({ reader }: Pick<EvaluationPorts, 'reader'>, rule: AlertRule, { lastReceiptId }: Told): Promise<Trace> {
  const { accountId, metric, bucket, apiKeyId, projectId, model } = rule;
  if (metric === 'TOKENS') return { receiptId: await newestReceipt(reader, rule, used), ledgerEntryId: null };
  if (bucket === null) return { receiptId: lastReceiptId ?? null, ledgerEntryId: null };
  // Entries know their key, and neither their project nor their model.
  if (projectId !== null || model !== null) return { receiptId: await newestReceipt(reader, rule, charged), ledgerEntryId: null };
  const scope: Scope = { accountId };
  const charges = metric === 'SPEND' ? { kind: 'CHARGE' as const, ...(apiKeyId !== null && { apiKeyId }) } : {};
  const newest = (await reader.entries(scope, { first: 1 }, { walletId: walletId(accountId, bucket), ...charges })).items[0]?.node;
  return { receiptId: newest?.receiptId ?? null, ledgerEntryId: newest?.id ?? null };
}

type Told = Pick<Evaluation, 'lastReceiptId'>;

/** Requests, for the newest one that counted: also an answer that broke, or that nobody waited for. */
const LOOKED_THROUGH = 100;

const charged = ({ charge }: ReceiptRecord) => charge > 0n;
const used = ({ usage }: ReceiptRecord) => usage.inputTokens + usage.outputTokens > 0;

async function newestReceipt(reader: EvaluationPorts['reader'], rule: AlertRule, counts: (record: ReceiptRecord) => boolean) {
  const { accountId, apiKeyId, projectId, model, bucket } = rule;
  const routeType = bucket === null ? rule.routeType : routeTypeOf(bucket);
  const asked: ReceiptFilter = {
    ...(apiKeyId !== null && { apiKeyId }),
    ...(projectId !== null && { projectId }),
    ...(model !== null && { model }),
    ...(routeType !== null && { routeType }),
  };
  const { items } = await reader.receipts({ accountId }, { first: LOOKED_THROUGH }, asked);
  return items.find(({ node }) => !node.inFlight && counts(node.record))?.node.record.requestId ?? null;
}
