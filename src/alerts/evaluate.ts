/** Whether a rule is true now, and of what. */
import { counted } from '../kernel/counted';
import { invariant, unreachable } from '../kernel/invariant';
import { formatDecimal, money, nano, ONE, storable } from '../kernel/money';
import { HOUR_MS } from '../kernel/times';
import { type Bucket, routeTypeOf, type SpendWindow } from '../kernel/words';
import type { LedgerReader, ReceiptFilter, Scope } from '../ledger/ledger-reader';
import type { ReceiptRecord } from '../ledger/receipt';
import { windowStart } from '../ledger/spend-counter';
import type { Outcome, UsageReports, Use } from '../ledger/usage-report';
import { type Wallet, walletId } from '../ledger/wallet';
import type { AlertRule } from './alert';
import { balanceOfState, stateEpisode, windowEpisode } from './episode';
import { endOfWindow, type PassingWindow } from './told-windows';

export interface Evaluation {
  /** The rule is true of it. */
  readonly breached: boolean;
  /** What an alert is raised for once: a window that passes, or the state until it ends. */
  readonly episode: string;
  /** Too early to be quiet: what was told is only just not true, as it is between two calls of many, and would be told with each of them. */
  readonly lasts: boolean;
  readonly value: bigint;
  /** What happened, given of whom: names are read for what is told alone, and not with every look. */
  readonly message: (whose: string) => string;
  /** Of a rate: the newest receipt that speaks against it. */
  readonly lastReceiptId?: string | null;
  /** The window that it is about, where that has ended. */
  readonly ended?: Stretch;
}

/** Milliseconds since 1970; from inclusive, to exclusive. */
interface Stretch {
  readonly from: number;
  readonly to: number;
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
      return useOfNow(ports, rule, now);
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
  const message = () => `${bucket} has ${money(value, bucket)} left to spend, below ${money(threshold, bucket)}: top it up.`;
  return { breached: value < threshold, episode: stateEpisode('low', posted), lasts, value, message };
}

/** How far from its threshold a state has to be to have ended. */
function nearly(threshold: bigint): bigint {
  return threshold / 10n;
}

function leftIn({ posted, held }: Wallet): bigint {
  return posted - held;
}

function useOfNow(ports: EvaluationPorts, rule: AlertRule, now: number): Promise<Evaluation> {
  const window = rule.window ?? 'LIFETIME';
  const from = windowStart(window, now);
  // No window ends before the hour does, and of whole hours there are sums.
  const to = (Math.floor(now / HOUR_MS) + 1) * HOUR_MS;
  return use(ports, rule, { from: from ?? 0, to }, { words: WINDOW_WORDS[window], episode: windowEpisode(window, from) });
}

/** Of a spend, or of tokens: what they came to in a window that has ended. */
export async function evaluateEnded(ports: EvaluationPorts, rule: AlertRule, window: PassingWindow, from: number): Promise<Evaluation> {
  const ended = { from, to: endOfWindow(window, from) };
  const told = { words: endedWords(window, from), episode: windowEpisode(window, from) };
  return { ...(await use(ports, rule, ended, told)), ended };
}

/** Windows are of the calendar in UTC, which who reads of one that has ended may not live in. */
function endedWords(window: PassingWindow, from: number): string {
  const date = new Date(from).toISOString();
  const words: Readonly<Record<PassingWindow, string>> = {
    DAY: `on ${date.slice(0, 10)}`,
    WEEK: `in the week from ${date.slice(0, 10)}`,
    MONTH: `in ${date.slice(0, 7)}`,
  };
  return `${words[window]} (UTC)`;
}

async function use(
  { usage }: EvaluationPorts,
  rule: AlertRule,
  stretch: Stretch,
  { words, episode }: { readonly words: string; readonly episode: string },
): Promise<Evaluation> {
  const found = await usage.used({ ...selected(rule), ...stretch, bucket: rule.bucket });
  const { value, words: happened, most } = rule.metric === 'TOKENS' ? ofTokens(rule, found) : ofMoney(rule, found);
  const message = (whose: string) => `${happened} ${words}${whose}: the threshold is ${most}.`;
  return { breached: value >= rule.threshold, episode, lasts: true, value, message };
}

/** The value is as an alert keeps it: no threshold is beyond that. */
function ofMoney(rule: AlertRule, { charge }: Use) {
  const bucket = bucketOfRule(rule);
  return { value: storable(charge), words: `${money(charge, bucket)} of ${bucket} were spent`, most: money(rule.threshold, bucket) };
}

function ofTokens({ threshold }: AlertRule, { tokens }: Use) {
  return { value: storable(nano(tokens * ONE)), words: `${tokens} tokens were used`, most: formatDecimal(threshold) };
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
  const message = (whose: string) => {
    const share = `${percent(value)} % of ${counted(requests, 'request')}${whose} ${happened} within the last hour`;
    return `${share}: the threshold is ${percent(rule.threshold)} %.`;
  };
  const enough = requests >= (rule.minimumRequests ?? 1);
  return {
    breached: enough && value >= rule.threshold,
    ...{ episode: stateEpisode('high', null), lasts: enough && value > rule.threshold - nearly(rule.threshold) },
    ...{ value, message, lastReceiptId: last },
  };
}

function slowness({ slowerThanMs }: AlertRule): Counted {
  invariant(slowerThanMs !== null, 'a rule of slow requests says what is slow');
  return { outcome: { kind: 'SLOW', thanMs: slowerThanMs }, happened: `took longer than ${slowerThanMs} ms` };
}

function percent(share: bigint): string {
  return formatDecimal((share / HUNDREDTH) * (ONE / 100n));
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

interface Trace {
  readonly receiptId: string | null;
  readonly ledgerEntryId: string | null;
}

/** The newest receipt or ledger entry that a rule may have come true with. */
export async function traceOf(
  { reader }: Pick<EvaluationPorts, 'reader'>,
  rule: AlertRule,
  { lastReceiptId, ended }: Told,
): Promise<Trace> {
  const { accountId, metric, bucket, apiKeyId, projectId, model } = rule;
  if (metric === 'TOKENS') return { receiptId: await newestReceipt(reader, rule, used, ended), ledgerEntryId: null };
  if (bucket === null) return { receiptId: lastReceiptId ?? null, ledgerEntryId: null };
  // Entries know their key, and neither their project nor their model, nor in which window the call began.
  if (projectId !== null || model !== null || ended !== undefined)
    return { receiptId: await newestReceipt(reader, rule, charged, ended), ledgerEntryId: null };
  const scope: Scope = { accountId };
  const charges = metric === 'SPEND' ? { kind: 'CHARGE' as const, ...(apiKeyId !== null && { apiKeyId }) } : {};
  const newest = (await reader.entries(scope, { first: 1 }, { walletId: walletId(accountId, bucket), ...charges })).items[0]?.node;
  return { receiptId: newest?.receiptId ?? null, ledgerEntryId: newest?.id ?? null };
}

type Told = Pick<Evaluation, 'lastReceiptId' | 'ended'>;

/** Requests, for the newest one that counted: also an answer that broke, or that nobody waited for. */
const LOOKED_THROUGH = 100;

const charged = ({ charge }: ReceiptRecord) => charge > 0n;
const used = ({ usage }: ReceiptRecord) => usage.inputTokens + usage.outputTokens > 0;

async function newestReceipt(
  reader: EvaluationPorts['reader'],
  rule: AlertRule,
  counts: (record: ReceiptRecord) => boolean,
  within: Stretch | undefined,
) {
  const { accountId, apiKeyId, projectId, model, bucket } = rule;
  const routeType = bucket === null ? rule.routeType : routeTypeOf(bucket);
  const asked: ReceiptFilter = {
    ...(apiKeyId !== null && { apiKeyId }),
    ...(projectId !== null && { projectId }),
    ...(model !== null && { model }),
    ...(routeType !== null && { routeType }),
    ...within,
  };
  const { items } = await reader.receipts({ accountId }, { first: LOOKED_THROUGH }, asked);
  return items.find(({ node }) => !node.inFlight && counts(node.record))?.node.record.requestId ?? null;
}
