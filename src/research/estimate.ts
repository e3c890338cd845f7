/**
 * What a run will take, before it is started: tokens, seconds and money of each bucket, expected and at worst. Money comes
 * from the functions that the flow itself goes by (plan, quote, charge), so that the two never disagree.
 */
import { sumOf } from '../kernel/lists';
import { type Nano, nano, storable } from '../kernel/money';
import { BUCKETS, type Bucket, type ResearchMode } from '../kernel/words';
import type { ApiKey } from '../keys/api-key';
import { admitKey, WITHIN } from '../keys/authenticate';
import type { SpendRoom } from '../ledger/spend-room';
import { chargeFor } from '../metering/charge';
import { quoteCeiling } from '../metering/quote-ceiling';
import type { Catalog } from '../routing/catalog';
import { type Plan, planRoute } from '../routing/plan-route';
import type { BudgetLine } from '../runs/run';
import { type SectionEstimate, warningsOf } from './estimate-warnings';
import { roomAtFirst } from './output-room';
import type { Estimate, ResearchModels, SectionProfile } from './run';
import { type SectionSizes, vocabularyRatio } from './section-sizes';
import { type SectionSpec, sectionsOf } from './sections/section';
import { readsWords } from './sections/section-request';

/** How often a section is tried before it is given up, and each time that its run is resumed after that. */
export const TRIES_MAX = 3;
/** How many sections of one run are written at the same time. */
export const AT_ONCE = 4;
/** A hold covers a token for each byte: more than eight bytes a token is no text that models read. */
const BYTES_PER_TOKEN_MAX = 8;
const OUTPUT_TOKENS_PER_SECOND = 40;
const SECONDS_TO_FIRST_TOKEN = 2;

export interface EstimateMeans {
  readonly catalog: Catalog;
  readonly models: ResearchModels;
  /** Of that mode, by the name of the section. */
  readonly profiles: ReadonlyMap<string, SectionProfile>;
  /** By the data that the run would be given; empty: it is not known. */
  readonly sizes: SectionSizes;
  readonly available: (bucket: Bucket) => Promise<Nano>;
  /** What each spend limit of the key and its project leaves of a bucket now. */
  readonly rooms: (bucket: Bucket) => Promise<readonly SpendRoom[]>;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * `budget` null: none was named. Nothing is held and nothing is sent.
 * @throws Fault when the key may not call, or may not call one of the models
 */
export async function estimateResearch(
  means: EstimateMeans,
  key: ApiKey,
  mode: ResearchMode,
  budget: readonly BudgetLine[] | null,
): Promise<Estimate> {
  admitKey({ key }, means.now, WITHIN);
  const sections = sectionsOf(mode).map((spec) => estimateSection(means, key, spec, inputOf(means, spec)));
  const expected = linesOf((bucket) => sumOf(sections.filter(({ plans }) => plans[0]?.bucket === bucket).map((each) => each.expected)));
  const ceiling = linesOf((bucket) => sumOf(holdsIn(sections, bucket)) * BigInt(TRIES_MAX));
  const needed = linesOf((bucket) => neededOf(sections, bucket, expected, ceiling));
  const available = new Map<Bucket, Nano>();
  const rooms = new Map<Bucket, readonly SpendRoom[]>();
  for (const { bucket } of needed) {
    available.set(bucket, await means.available(bucket));
    rooms.set(bucket, await means.rooms(bucket));
  }
  const expectedSeconds = Math.ceil(secondsOf(sections));
  const balanceOk = needed.every(({ bucket, amount }) => amount <= (available.get(bucket) ?? 0n));
  return {
    ...{ mode, sections: sections.length, expected, ceiling, expectedSeconds, balanceOk },
    expectedTokens: sections.reduce((sum, { inputTokens, outputTokens }) => sum + inputTokens + outputTokens, 0),
    warnings: warningsOf({
      ...{ sections, needed, available, rooms, budget, expectedSeconds },
      secondsAtWorst: expectedSeconds * TRIES_MAX,
      key,
      now: means.now,
    }),
  };
}

/**
 * `expected`: what finished runs took, or what the data of this one says where that is more: they may have been of symbols with less news.
 * `bound`: what a hold is made on.
 */
function inputOf({ profiles, sizes }: EstimateMeans, spec: SectionSpec): Record<'expected' | 'bound', number> {
  const learned = profiles.get(spec.name)?.inputTokens;
  const usual = learned ?? spec.expectedInputTokens;
  const size = sizes.get(spec.name);
  const before = sumOfNumbers(spec.after.map((name) => profiles.get(name)?.outputTokens ?? outputOf(name)));
  const read = size === undefined ? 0 : Math.ceil(size.tokens * vocabularyRatio(sizes, profiles)) + before;
  // Without words of the provider it reads as much of every symbol.
  const expected = learned !== undefined && !readsWords(spec) ? learned : Math.max(usual, read);
  const bound = Math.max(expected, spec.expectedInputTokens) * BYTES_PER_TOKEN_MAX;
  return { expected, bound: size === undefined ? bound : Math.max(bound, size.bound + before * BYTES_PER_TOKEN_MAX) };
}

function outputOf(section: string): number {
  return sectionsOf('DEEP').find(({ name }) => name === section)?.expectedOutputTokens ?? 0;
}

function sumOfNumbers(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0);
}

function estimateSection(
  { catalog, models, profiles }: EstimateMeans,
  key: ApiKey,
  spec: SectionSpec,
  { expected: input, bound }: Record<'expected' | 'bound', number>,
): SectionEstimate {
  const planned = planRoute(catalog, key, models[spec.role], null);
  const plans = planned.fallback === null ? [planned.first] : [planned.first, planned.fallback];
  const learned = profiles.get(spec.name);
  const output = learned?.outputTokens ?? spec.expectedOutputTokens;
  const usage = { inputTokens: input, outputTokens: output, cachedInputTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0 };
  const room = roomAtFirst(spec, learned);
  const primary = planned.first.steps.find((step) => step.passedOver === undefined);
  return {
    ...{ spec, plans, inputTokens: input, outputTokens: output },
    seconds: learned?.seconds ?? SECONDS_TO_FIRST_TOKEN + output / OUTPUT_TOKENS_PER_SECOND,
    expected: primary === undefined ? nano(0n) : chargeFor({ ...usage, source: 'COUNTED' }, primary.price),
    holds: plans.map((plan) => ({ bucket: plan.bucket, amount: holdOf(plan, room, bound) })),
  };
}

/** What a hold for the section takes at most, at the dearest step of the plan, with room for so many tokens of output. */
function holdOf({ model, prices }: Plan, outputTokens: number, bound: number): Nano {
  if (prices.length === 0) return nano(0n);
  const bounds = {
    inputTokens: Math.min(bound, model.contextWindow),
    clientOutputLimit: Math.min(outputTokens, model.maxOutputTokens),
    modelOutputLimit: model.maxOutputTokens,
    choices: 1,
  };
  return quoteCeiling(bounds, prices).ceiling;
}

/**
 * With less than this a run may stop on the way although all goes as expected: its price, and what its largest call reserves. More at once
 * is not needed: a section that cannot be paid for is tried again when another one has ended, and at last alone.
 */
function neededOf(sections: readonly SectionEstimate[], bucket: Bucket, expected: readonly BudgetLine[], ceiling: readonly BudgetLine[]) {
  const [largest = 0n] = holdsIn(sections, bucket).sort((a, b) => (a < b ? 1 : -1));
  const price = expected.find((line) => line.bucket === bucket)?.amount;
  // A bucket that is only crossed over to is not needed where all goes as expected.
  if (price === undefined) return 0n;
  const together = price + largest;
  const most = ceiling.find((line) => line.bucket === bucket)?.amount ?? 0n;
  return together < most ? together : most;
}

/** Along the longest chain of sections that wait for each other. */
function secondsOf(sections: readonly SectionEstimate[]): number {
  const ends = new Map<string, number>();
  for (const { spec, seconds } of sections) {
    ends.set(spec.name, seconds + Math.max(0, ...spec.after.map((name) => ends.get(name) ?? 0)));
  }
  return Math.max(0, ...ends.values());
}

function holdsIn(sections: readonly SectionEstimate[], bucket: Bucket): Nano[] {
  return sections.flatMap(({ holds }) => holds.filter((hold) => hold.bucket === bucket).map(({ amount }) => amount));
}

/** Buckets with nothing in them are left out. A run without a budget of its own has the ceiling for one: it is kept, and read again. */
function linesOf(amountIn: (bucket: Bucket) => bigint): BudgetLine[] {
  return BUCKETS.map((bucket) => ({ bucket, amount: storable(nano(amountIn(bucket))) })).filter(({ amount }) => amount > 0n);
}

const BILLION = 1_000_000_000n;

/** What was spent over what was expected, minus one, to the billionth; null where nothing was expected. */
export function estimateErrorOf(expected: readonly BudgetLine[], spent: Readonly<Record<Bucket, bigint>>): number | null {
  if (expected.length === 0) return null;
  const errors = expected.map(({ bucket, amount }) => ((spent[bucket] - amount) * BILLION) / amount);
  return Number(sumOf(errors) / BigInt(errors.length)) / Number(BILLION);
}
