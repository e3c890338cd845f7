/** What a user should know before a run is started. Each warning says what it means in money or time, and what to do. */
import { chargeCap } from '../gateway/reading/key-ceilings';
import { limitWords } from '../gateway/reading/spend-ceilings';
import { money, type Nano } from '../kernel/money';
import type { Bucket } from '../kernel/words';
import type { ApiKey } from '../keys/api-key';
import { counterRef } from '../ledger/spend-counter';
import type { SpendRoom } from '../ledger/spend-room';
import { isDearer } from '../metering/price-terms';
import type { Plan } from '../routing/plan-route';
import type { BudgetLine } from '../runs/run';
import { amountIn, type Warning } from './run';
import type { SectionSpec } from './sections/section';

/** One section worked out. `holds`: the most that one try can reserve, of each bucket that it may be paid from. */
export interface SectionEstimate {
  readonly spec: SectionSpec;
  readonly plans: readonly Plan[];
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly seconds: number;
  readonly expected: Nano;
  readonly holds: readonly BudgetLine[];
}

export interface Foreseen {
  readonly sections: readonly SectionEstimate[];
  /** With less the run stops on the way, although all goes as expected. */
  readonly needed: readonly BudgetLine[];
  readonly available: ReadonlyMap<Bucket, Nano>;
  readonly rooms: ReadonlyMap<Bucket, readonly SpendRoom[]>;
  /** null: none was named. */
  readonly budget: readonly BudgetLine[] | null;
  readonly expectedSeconds: number;
  /** Where every section is tried as often as it can be. */
  readonly secondsAtWorst: number;
  readonly key: Pick<ApiKey, 'policies' | 'expiresAt'>;
  /** Milliseconds since 1970. */
  readonly now: number;
}

const LONG_SECONDS = 180;

export function warningsOf(foreseen: Foreseen): Warning[] {
  const plans = [...new Set(foreseen.sections.flatMap((section) => section.plans))];
  return [
    ...shortBalances(foreseen),
    ...shortLimits(foreseen),
    ...lowBudgets(foreseen),
    ...dearCalls(foreseen),
    ...expiringKey(foreseen),
    ...officialRoutes(foreseen.sections),
    ...dearerBackups(foreseen.sections),
    ...changingPrices(plans, foreseen),
    ...longRun(foreseen.expectedSeconds),
  ];
}

function shortBalances({ needed, available }: Foreseen): Warning[] {
  return needed.flatMap(({ bucket, amount }) => {
    const has = available.get(bucket) ?? 0n;
    if (has >= amount) return [];
    const message = `The run needs about ${money(amount, bucket)}, what its largest call reserves included, and ${money(has, bucket)} is available: it may pause on the way. Top up ${bucket} by ${money(amount - has, bucket)}.`;
    return [{ code: 'BALANCE_SHORT', message }];
  });
}

function shortLimits({ needed, rooms }: Foreseen): Warning[] {
  return needed.flatMap(({ bucket, amount }) =>
    (rooms.get(bucket) ?? []).flatMap(({ counterId, left }) => {
      const ref = counterRef(counterId);
      if (ref === undefined || left >= amount) return [];
      const { name, anew } = limitWords(ref);
      const message = `The run needs about ${money(amount, bucket)}, what its largest call reserves included, and the ${name} leaves ${money(left > 0n ? left : 0n, bucket)}: it may pause on the way. Raise the limit by ${money(amount - left, bucket)}.${anew}`;
      return [{ code: 'SPEND_LIMIT_SHORT', message }];
    }),
  );
}

function lowBudgets({ needed, budget }: Foreseen): Warning[] {
  if (budget === null || budget.length === 0) return [];
  return needed.flatMap(({ bucket, amount }) => {
    const given = amountIn(budget, bucket) ?? 0n;
    if (given >= amount) return [];
    const message = `The budget on ${bucket} is ${money(given, bucket)}, and the run needs about ${money(amount, bucket)}, what its largest call reserves included: it may pause on the way.`;
    return [{ code: 'BUDGET_BELOW_ESTIMATE', message }];
  });
}

/** Sections of which a call, as it is planned first, may be above what the key allows for one request. */
function dearCalls({ sections, key }: Foreseen): Warning[] {
  const dear = sections.flatMap(({ spec, plans, holds }) => {
    const [[plan], [hold]] = [plans, holds];
    const cap = plan === undefined ? null : chargeCap(key.policies, plan);
    return cap === null || hold === undefined || hold.amount <= cap ? [] : [{ title: spec.title, hold, cap }];
  });
  const [dearest] = dear.toSorted((one, other) => (one.hold.amount < other.hold.amount ? 1 : -1));
  if (dearest === undefined) return [];
  const { hold, cap } = dearest;
  const message = `A call can reserve up to ${money(hold.amount, hold.bucket)}, and the key allows ${money(cap, hold.bucket)} for one request (maxCharge): the run may pause before ${dear.map(({ title }) => title).join(', ')}. Raise the price ceiling of the key.`;
  return [{ code: 'PRICE_CEILING', message }];
}

/** Nobody can let an expired key pay again: what is not written by then is written by another run, which pays for all of it. */
function expiringKey({ key: { expiresAt }, now, expectedSeconds, secondsAtWorst }: Foreseen): Warning[] {
  if (expiresAt === null || expiresAt > now + secondsAtWorst * 1_000) return [];
  const message = `The key expires at ${new Date(expiresAt).toISOString()}, and the run takes about ${expectedSeconds} s: it would pause then, for good. Choose a key that lives longer.`;
  return [{ code: 'KEY_EXPIRES', message }];
}

function officialRoutes(sections: readonly SectionEstimate[]): Warning[] {
  const first = models(sections, (plans) => plans[0]?.routeType === 'OFFICIAL');
  const later = models(sections, (plans) => plans[0]?.routeType !== 'OFFICIAL' && plans[1]?.routeType === 'OFFICIAL');
  const now = first.map((model) => `${model} is called on its OFFICIAL route, which pays from CREDIT.`);
  const perhaps = later.map((model) => `${model} can cross over to its OFFICIAL route, which pays from CREDIT.`);
  return now.length + perhaps.length === 0 ? [] : [{ code: 'OFFICIAL_ROUTE', message: [...now, ...perhaps].join(' ') }];
}

function models(sections: readonly SectionEstimate[], wanted: (plans: readonly Plan[]) => boolean): string[] {
  return [...new Set(sections.filter(({ plans }) => wanted(plans)).flatMap(({ plans }) => plans[0]?.model.id ?? []))];
}

function dearerBackups(sections: readonly SectionEstimate[]): Warning[] {
  const dearer = sections.flatMap(({ plans, inputTokens }) =>
    plans.filter((plan) => hasDearerBackup(plan, inputTokens)).map(({ route }) => route.id),
  );
  if (dearer.length === 0) return [];
  const message = `Where a primary channel fails, a backup that costs more serves: ${[...new Set(dearer)].join(', ')}. The ceiling covers it.`;
  return [{ code: 'FALLBACK_DEARER', message }];
}

/** What is worked out beforehand is worked out by the prices of now. */
function changingPrices(plans: readonly Plan[], { now, secondsAtWorst }: Foreseen): Warning[] {
  const changing = plans.flatMap(({ route }) => {
    const [next] = route.upcoming ?? [];
    return next === undefined || next.effectiveFrom > now + secondsAtWorst * 1_000 ? [] : [{ id: route.id, from: next.effectiveFrom }];
  });
  if (changing.length === 0) return [];
  const message = changing.map(({ id, from }) => `The price of ${id} changes at ${new Date(from).toISOString()}.`).join(' ');
  return [{ code: 'PRICE_CHANGES', message: `${message} Calls from then on are charged by the new one, which is not estimated here.` }];
}

function hasDearerBackup({ steps }: Plan, inputTokens: number): boolean {
  const [primary, ...backups] = steps.filter((step) => step.passedOver === undefined);
  return primary !== undefined && backups.some(({ price }) => isDearer(price, primary.price, inputTokens));
}

function longRun(seconds: number): Warning[] {
  if (seconds < LONG_SECONDS) return [];
  return [{ code: 'LONG_RUN', message: `The run takes about ${Math.ceil(seconds / 60)} minutes. It goes on when nobody watches.` }];
}
