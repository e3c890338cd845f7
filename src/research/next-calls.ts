/**
 * What the next calls of a run that does not run now would reserve: by the bodies that would be sent, and by the functions that the flow
 * itself goes by (plan, bound, quote). Nothing is held and nothing is sent.
 */
import { chatCompletions } from '../gateway/endpoints/chat-completions';
import { Fault } from '../kernel/fault';
import { formatDecimal, money } from '../kernel/money';
import { BUCKETS, type SectionStatus } from '../kernel/words';
import type { ApiKey } from '../keys/api-key';
import { quoteCeiling } from '../metering/quote-ceiling';
import type { Catalog } from '../routing/catalog';
import { type Plan, planRoute } from '../routing/plan-route';
import { type Amounts, amountsOf } from '../runs/amounts';
import type { BudgetLine } from '../runs/run';
import type { Briefing } from './market-data';
import { readySections } from './next-steps';
import { OutputRoom } from './output-room';
import { amountIn, type ResearchSection, type SectionProfile } from './run';
import { type CallBody, sectionBody } from './section-body';
import type { SectionSpec } from './sections/section';
import type { Prompts } from './sections/section-request';

/** A section whose call can be made now. `holds`: what the call reserves, of each bucket that it may be paid from, the first choice first. */
export interface NextCall {
  readonly title: string;
  readonly holds: readonly BudgetLine[];
}

export interface Paused {
  readonly catalog: Catalog;
  readonly key: ApiKey;
  readonly prompts: Prompts;
  readonly plan: readonly SectionSpec[];
  readonly briefing: Briefing;
  readonly sections: readonly ResearchSection[];
  /** By the name of the section. */
  readonly profiles: ReadonlyMap<string, SectionProfile>;
}

/** @throws Fault where a model of them cannot be called */
export function nextCalls(paused: Paused): NextCall[] {
  const byName = new Map(paused.sections.map((section) => [section.name, section]));
  const contents = new Map(paused.sections.flatMap(({ name, content }) => (content === null ? [] : [[name, content] as const])));
  const room = new OutputRoom(paused.profiles);
  const ready = readySections(paused.plan, new Map(paused.sections.map(({ name, status }) => [name, reopened(status)])), new Set());
  return ready.flatMap((spec) => {
    const section = byName.get(spec.name);
    if (section === undefined) return [];
    const { model, title, error } = section;
    const { first, fallback } = planRoute(paused.catalog, paused.key, model, null);
    const limit = room.take(spec, model, first.model.maxOutputTokens, error);
    const body = sectionBody(paused, spec, contents, { model, limit });
    return [{ title, holds: [first, ...(fallback === null ? [] : [fallback])].flatMap((plan) => holdOf(plan, body, limit)) }];
  });
}

/** What was given up is open again in a run that is resumed. */
function reopened(status: SectionStatus): SectionStatus {
  return status === 'COMPLETED' ? status : 'PENDING';
}

function holdOf({ model, prices, bucket }: Plan, body: CallBody, limit: number): BudgetLine[] {
  if (prices.length === 0) return [];
  const inputTokens = chatCompletions.inputBound(body, model);
  const bounds = { inputTokens, clientOutputLimit: limit, modelOutputLimit: model.maxOutputTokens, choices: 1 };
  return [{ bucket, amount: quoteCeiling(bounds, prices).ceiling }];
}

/** @throws Fault `invalid_request` where the budget covers none of the calls: it says how much is needed, and what to send */
export function refuseTooLittle(calls: readonly NextCall[], budget: readonly BudgetLine[], used: Amounts): void {
  if (budget.length === 0 || calls.some(({ holds }) => holds.some((hold) => isCovered(hold, budget, used)))) return;
  const firsts = calls.flatMap(({ title, holds: [hold] }) => (hold === undefined ? [] : [{ title, hold }]));
  const [least] = firsts.toSorted((one, other) => (one.hold.amount < other.hold.amount ? -1 : 1));
  if (least === undefined) return;
  const { bucket, amount } = least.hold;
  const enough = amountsOf((each) => (each === bucket ? used[each] + amount : (amountIn(budget, each) ?? 0n)));
  const lines = BUCKETS.filter((each) => enough[each] > 0n).map((each) => `{ bucket: ${each}, amount: "${formatDecimal(enough[each])}" }`);
  const stands = `Its next call, for ${least.title}, can cost up to ${money(amount, bucket)}, and of its budget of ${money(amountIn(budget, bucket) ?? 0n, bucket)} ${money(used[bucket], bucket)} are used`;
  const words = `The run would pause again at once. ${stands}. Resume it with this budget at least: [${lines.join(', ')}].`;
  throw new Fault('invalid_request', words, { param: 'budget' });
}

function isCovered({ bucket, amount }: BudgetLine, budget: readonly BudgetLine[], used: Amounts): boolean {
  return used[bucket] + amount <= (amountIn(budget, bucket) ?? 0n);
}
