/** What a user should know before a run is started. Each warning says what it means in money or time, and what to do. */
import { formatDecimal, type Nano } from '../kernel/money';
import { type Bucket, currencyOf } from '../kernel/words';
import type { Plan, PlanStep } from '../routing/plan-route';
import type { BudgetLine } from '../runs/run';
import { amountIn, type Warning } from './run';
import type { SectionSpec } from './sections/section';

/** One section worked out. `holds`: the most that one try can reserve, of each bucket that it may be paid from. */
export interface SectionEstimate {
  readonly spec: SectionSpec;
  readonly plans: readonly Plan[];
  readonly tokens: number;
  readonly seconds: number;
  readonly expected: Nano;
  readonly holds: readonly BudgetLine[];
}

export interface Foreseen {
  readonly sections: readonly SectionEstimate[];
  readonly expected: readonly BudgetLine[];
  /** With less the run stops on the way, although all goes as expected. */
  readonly needed: readonly BudgetLine[];
  readonly ceiling: readonly BudgetLine[];
  readonly available: ReadonlyMap<Bucket, Nano>;
  /** null: none was named. */
  readonly budget: readonly BudgetLine[] | null;
  readonly expectedSeconds: number;
}

const LONG_SECONDS = 180;

export function warningsOf(foreseen: Foreseen): Warning[] {
  const plans = [...new Set(foreseen.sections.flatMap((section) => section.plans))];
  return [
    ...shortBalances(foreseen),
    ...lowBudgets(foreseen),
    ...officialRoutes(foreseen.sections),
    ...dearerBackups(plans),
    ...longRun(foreseen.expectedSeconds),
  ];
}

function shortBalances({ needed, available }: Foreseen): Warning[] {
  return needed.flatMap(({ bucket, amount }) => {
    const has = available.get(bucket) ?? 0n;
    if (has >= amount) return [];
    const message = `The run needs about ${money(amount, bucket)}, what its calls reserve included, and ${money(has, bucket)} is available: it would pause on the way. Top up ${bucket} by ${money(amount - has, bucket)}.`;
    return [{ code: 'BALANCE_SHORT', message }];
  });
}

function lowBudgets({ needed, budget }: Foreseen): Warning[] {
  if (budget === null || budget.length === 0) return [];
  return needed.flatMap(({ bucket, amount }) => {
    const given = amountIn(budget, bucket) ?? 0n;
    if (given >= amount) return [];
    const message = `The budget on ${bucket} is ${money(given, bucket)}, and the run needs about ${money(amount, bucket)}, what its calls reserve included: it would pause on the way.`;
    return [{ code: 'BUDGET_BELOW_ESTIMATE', message }];
  });
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

function dearerBackups(plans: readonly Plan[]): Warning[] {
  const dearer = plans.flatMap(({ route, steps }) => {
    const [primary, ...backups] = steps.filter((step) => step.passedOver === undefined);
    return primary !== undefined && backups.some((backup) => isDearer(backup, primary)) ? [route.id] : [];
  });
  if (dearer.length === 0) return [];
  const message = `Where a primary channel fails, a backup that costs more serves: ${[...new Set(dearer)].join(', ')}. The ceiling covers it.`;
  return [{ code: 'FALLBACK_DEARER', message }];
}

function isDearer({ price }: PlanStep, primary: PlanStep): boolean {
  return price.input > primary.price.input || price.output > primary.price.output;
}

function longRun(seconds: number): Warning[] {
  if (seconds < LONG_SECONDS) return [];
  return [{ code: 'LONG_RUN', message: `The run takes about ${Math.ceil(seconds / 60)} minutes. It goes on when nobody watches.` }];
}

function money(amount: bigint, bucket: Bucket): string {
  return `${formatDecimal(amount)} ${currencyOf(bucket)}`;
}
