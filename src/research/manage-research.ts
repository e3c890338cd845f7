/** What users do with research runs: estimate, start, cancel, resume. A run belongs to the key that pays for it. */
import { Fault } from '../kernel/fault';
import { newId } from '../kernel/ids';
import { invariant } from '../kernel/invariant';
import { type Once, onceOf } from '../kernel/made-once';
import { money, nano } from '../kernel/money';
import { BUCKETS, type ResearchMode } from '../kernel/words';
import type { ApiKey } from '../keys/api-key';
import { admitKey, WITHIN } from '../keys/authenticate';
import type { LedgerReader } from '../ledger/ledger-reader';
import { type Amounts, addAmounts, NOTHING } from '../runs/amounts';
import { checkBudget } from '../runs/manage-runs';
import type { BudgetLine } from '../runs/run';
import { type RunSpend, spendOfRuns } from '../runs/run-spend';
import { estimateResearch } from './estimate';
import { briefingSoon, type EstimateSources, estimateMeans } from './estimate-means';
import type { Briefing, MarketData } from './market-data';
import { type NextCall, nextCalls, refuseTooLittle } from './next-calls';
import type { ResearchStore } from './research-store';
import { canBeResumed, type Estimate, hasEnded, type ResearchModels, type ResearchRun } from './run';
import type { RunQueue } from './run-queue';
import { sectionsOf } from './sections/section';
import { checkedSymbol } from './symbol';

/** What the catalog says of research, with the source of data that it names. */
export interface ResearchSetup {
  readonly models: ResearchModels;
  readonly marketData: MarketData;
}

export interface ResearchManagement extends EstimateSources {
  /** null: the catalog has no research. */
  readonly setup: ResearchSetup | null;
  readonly research: ResearchStore;
  readonly queue: Pick<RunQueue, 'push'>;
  /** Wakes whoever follows runs. */
  readonly ring: (runId: string) => void;
}

export interface ResearchWish {
  readonly symbol: string;
  readonly mode: ResearchMode;
  /** null: the ceiling of the estimate. */
  readonly budget: readonly BudgetLine[] | null;
  readonly acknowledgeWarnings: boolean;
}

/** @throws Fault that names what to change: the symbol, the budget, the key or the catalog */
export async function researchEstimate(means: ResearchManagement, key: ApiKey, wish: ResearchWish): Promise<Estimate> {
  const { marketData } = setupOf(means);
  const symbol = checkedSymbol(wish.symbol);
  return estimateBy(means, key, wish, await briefingSoon(marketData, symbol, means.clock));
}

async function estimateBy(means: ResearchManagement, key: ApiKey, wish: ResearchWish, briefing: Briefing | null): Promise<Estimate> {
  const { models } = setupOf(means);
  const budget = wish.budget === null ? null : checkBudget(wish.budget);
  return estimateResearch(await estimateMeans(means, models, key, wish.mode, briefing), key, wish.mode, budget);
}

/**
 * Starts a run. It is queued, durably, when this returns; the data that it works on is fixed by then. The same `idempotencyKey` of the same
 * key with the same wish gives the run that it started the first time, whatever has changed since.
 * @throws Fault as `researchEstimate`, for warnings that were not acknowledged, and for a symbol without data; `idempotency_mismatch` for
 * an idempotency key that started another run
 */
export async function startResearch(
  means: ResearchManagement,
  key: ApiKey,
  wish: ResearchWish,
  idempotencyKey: string | null,
): Promise<ResearchRun> {
  const once = onceOf(['startResearchRun', key.id], idempotencyKey, wish);
  const before = await startedBefore(means, once);
  if (before !== null) return before;
  try {
    return await startAnew(means, key, wish, once);
  } catch (error) {
    // The same request at the same moment may have been quicker.
    const meanwhile = error instanceof Fault ? null : await startedBefore(means, once);
    if (meanwhile === null) throw error;
    return meanwhile;
  }
}

async function startedBefore(means: ResearchManagement, once: Once | null): Promise<ResearchRun | null> {
  const before = once === null ? undefined : await means.research.madeBefore(once.key);
  if (before === undefined) return null;
  if (before.contentHash === once?.contentHash) return reread(means, before.made);
  const words = `This idempotencyKey was used for another wish, which started the run ${before.made}.`;
  throw new Fault('idempotency_mismatch', words, { param: 'idempotencyKey' });
}

async function startAnew(means: ResearchManagement, key: ApiKey, wish: ResearchWish, once: Once | null): Promise<ResearchRun> {
  const { models, marketData } = setupOf(means);
  const symbol = checkedSymbol(wish.symbol);
  admitKey({ key }, means.clock.now(), WITHIN);
  const briefing = await marketData.briefing(symbol);
  const estimate = await estimateBy(means, key, wish, briefing);
  if (estimate.warnings.length > 0 && !wish.acknowledgeWarnings) {
    const said = estimate.warnings.map(({ code, message }) => `${code}: ${message}`).join(' ');
    throw new Fault('invalid_request', `acknowledgeWarnings must be true, because the estimate has warnings. ${said}`, {
      param: 'acknowledgeWarnings',
    });
  }
  const now = means.clock.now();
  const budget = wish.budget === null ? budgetOf(estimate) : checkBudget(wish.budget);
  const id = newId();
  const research: ResearchRun = {
    ...{ symbol, mode: wish.mode, models, estimate, report: null },
    run: {
      ...{ id, kind: 'RESEARCH', accountId: key.accountId, apiKeyId: key.id, name: `${symbol} ${wish.mode}`, status: 'QUEUED' },
      ...{ statusReason: null, budget, createdAt: now, startedAt: null, finishedAt: null },
    },
  };
  const sections = sectionsOf(wish.mode).map(({ name, title, role }) => ({ id: newId(), name, title, model: models[role] }));
  const event = { at: now, kind: 'RUN_QUEUED', sectionId: null, message: null, spent: NOTHING } as const;
  await means.research.add({ research, provider: marketData.provider, briefing, sections }, event, once);
  await means.queue.push(id);
  means.ring(id);
  return research;
}

/** Also of models that cost nothing: a budget without a line would bind nothing, and their prices may change on the way. */
function budgetOf({ ceiling }: Pick<Estimate, 'ceiling'>): readonly BudgetLine[] {
  return ceiling.length > 0 ? ceiling : BUCKETS.map((bucket) => ({ bucket, amount: nano(0n) }));
}

const CANCELLED =
  'It was cancelled: what is completed stays, and nothing more is begun. What calls in flight have used is still charged, and stands on the receipt of the run.';

/** Ends a run: no section begins any more, and calls in flight are cut and settled by the policy. Twice is the same as once. */
export async function cancelResearch(means: ResearchManagement, { run }: ResearchRun): Promise<ResearchRun> {
  const at = means.clock.now();
  const written = await means.research.write({
    ...{ runId: run.id, owner: null, status: { to: 'CANCELLED', reason: CANCELLED, at }, skipOpen: 'The run was cancelled.' },
    event: { at, kind: 'RUN_ENDED', sectionId: null, message: CANCELLED, spent: await spentOf(means, run) },
  });
  const after = await reread(means, run.id);
  if (written === 'refused' && after.run.status !== 'CANCELLED') {
    throw new Fault('invalid_request', `The run ${run.id} has ended as ${after.run.status}: there is nothing to cancel.`, { param: 'id' });
  }
  means.ring(run.id);
  return after;
}

/**
 * Lets a run go on that paused, or that ended without all its sections. `budget` null: with the budget that it has.
 * @throws Fault for a run in any other state, and where it would pause again at once, with a refusal for each section: while its key may not
 * call, and with a budget that does not cover its next call
 */
export async function resumeResearch(
  means: ResearchManagement,
  key: ApiKey,
  paused: ResearchRun,
  budget: readonly BudgetLine[] | null,
): Promise<ResearchRun> {
  const { run } = paused;
  const at = means.clock.now();
  const { spent, held } = await spendOf(means, run);
  const lines = budget === null ? null : checkBudget(budget);
  if (canBeResumed(run.status)) {
    admitKey({ key }, at, WITHIN);
    refuseSpent(lines ?? [], spent);
    refuseTooLittle(await callsOf(means, key, paused), lines ?? run.budget, addAmounts(spent, held));
  }
  const written = await means.research.write({
    ...{ runId: run.id, owner: null, status: { to: 'QUEUED', reason: null, at } },
    ...(lines === null ? {} : { budget: lines }),
    event: { at, kind: 'RUN_RESUMED', sectionId: null, message: null, spent },
  });
  const after = await reread(means, run.id);
  if (written !== 'written') {
    const why = hasEnded(after.run.status) ? 'has ended for good' : 'goes on by itself';
    const which = 'Only a paused run, or one that ended without all its sections, can be resumed';
    throw new Fault('invalid_request', `${which}: the run ${run.id} is ${after.run.status} and ${why}.`, { param: 'id' });
  }
  await means.queue.push(run.id);
  means.ring(run.id);
  return after;
}

/** None where a model of them cannot be called: the run itself says why, as its calls are told. */
async function callsOf(means: ResearchManagement, key: ApiKey, { run, mode }: ResearchRun): Promise<readonly NextCall[]> {
  const { research, catalog, prompts } = means;
  const [briefing, sections, profiles] = await Promise.all([
    research.briefing(run.id),
    research.sections([run.id]),
    research.profiles(mode),
  ]);
  const of = { catalog: catalog.current(), key, prompts, plan: sectionsOf(mode), briefing, sections: sections.get(run.id) ?? [], profiles };
  try {
    return nextCalls(of);
  } catch (error) {
    if (error instanceof Fault) return [];
    throw error;
  }
}

function refuseSpent(budget: readonly BudgetLine[], spent: Amounts): void {
  const used = budget.find(({ bucket, amount }) => amount <= spent[bucket]);
  if (used === undefined) return;
  const amount = money(spent[used.bucket], used.bucket);
  throw new Fault('invalid_request', `budget must be above what the run has spent of ${used.bucket}, ${amount}.`, { param: 'budget' });
}

/** What a run was charged by now, by the counters that enforce its budget. */
export async function spentOf(means: SpendMeans, run: ResearchRun['run']): Promise<Amounts> {
  return (await spendOf(means, run)).spent;
}

async function spendOf({ reader }: SpendMeans, run: ResearchRun['run']): Promise<RunSpend> {
  return (await spendOfRuns(reader, [run])).get(run.id) ?? { spent: NOTHING, held: NOTHING };
}

interface SpendMeans {
  readonly reader: Pick<LedgerReader, 'spendOf'>;
}

async function reread({ research }: ResearchManagement, id: string): Promise<ResearchRun> {
  const run = (await research.find([id])).get(id);
  invariant(run !== undefined, 'a run that was changed still exists');
  return run;
}

function setupOf({ setup }: ResearchManagement): ResearchSetup {
  if (setup !== null) return setup;
  throw new Fault('invalid_request', 'This gateway does no research: its catalog has no "research" with models and marketData.');
}
