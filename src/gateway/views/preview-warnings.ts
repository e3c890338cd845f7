/** What is to be known beforehand of a request that a preview finds callable: what it may cost more, and what it would not get. */
import { obstacleOf } from '../../attempts/obstacle';
import { restingAt } from '../../attempts/resting';
import type { Upstreams } from '../../attempts/upstream';
import type { Nano } from '../../kernel/money';
import { outputLimitWithin, type Quote } from '../../metering/quote-ceiling';
import type { ChannelHealth } from '../../routing/health/channel-health';
import type { Plan, PlannedRoute, PlanStep } from '../../routing/plan-route';

export interface Warning {
  readonly code: string;
  readonly message: string;
}

/** What decides which channels take a request now. */
export interface ChannelsNow {
  readonly upstreams: Upstreams;
  readonly health: ChannelHealth;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The plan that would be taken, and what would be held for it. */
export interface Taken {
  readonly plan: Plan;
  readonly quote: Quote;
  /** The most that the key lets one request hold. */
  readonly cap: Nano | null;
  readonly available: Nano;
  readonly hold: Nano;
}

export function warningsOf({ first, fallback }: PlannedRoute, taken: Taken, channels: ChannelsNow): Warning[] {
  const { plan } = taken;
  return [
    ...crossing(first, plan, fallback),
    ...skipped(plan, channels),
    ...resting(plan, channels),
    ...drawn(plan),
    ...dearer(plan),
    ...lowered(taken),
  ];
}

function crossing(first: Plan, taken: Plan, fallback: Plan | null): Warning[] {
  if (taken !== first) {
    const message = `The ${first.routeType} route cannot serve it now, so it would take the ${taken.routeType} route and pay from ${taken.bucket}.`;
    return [{ code: 'CROSSES_BUCKET', message }];
  }
  if (fallback === null) return [];
  const message = `When the ${first.routeType} route fails, the key allows crossing over to ${fallback.routeType}, which pays from ${fallback.bucket}.`;
  return [{ code: 'MAY_CROSS_BUCKET', message }];
}

function skipped(plan: Plan, { upstreams }: ChannelsNow): Warning[] {
  return plan.steps.flatMap((step) => {
    const obstacle = obstacleOf(step, 'chat', upstreams);
    return obstacle === null ? [] : [{ code: 'CHANNEL_SKIPPED', message: obstacle.message }];
  });
}

/** Steps that rest for their health, as the flow finds them; none that something else stands against. */
function resting(plan: Plan, { upstreams, health, now }: ChannelsNow): Warning[] {
  const stopped = (step: PlanStep) => obstacleOf(step, 'chat', upstreams) !== null;
  return plan.steps.flatMap((step) => {
    const found = stopped(step) ? null : restingAt(plan, step, { health, clock: { now: () => now } }, stopped);
    if (found === null) return [];
    const { message } = found.obstacle;
    if (!found.lastResort) return [{ code: 'CHANNEL_SKIPPED', message }];
    return [{ code: 'LAST_RESORT', message: `${message} Where no other channel is left, it is tried all the same.` }];
  });
}

/** A preview has no request to draw for: it shows the channels of one priority in the order of the catalog. */
function drawn({ drawn: isDrawn }: Plan): Warning[] {
  if (isDrawn === undefined) return [];
  const message = 'Channels of one priority are tried in an order that is drawn for each request by their weights.';
  return [{ code: 'CHANNELS_DRAWN', message }];
}

/** Backups that cost more than the primary, for input or for output. */
function dearer(plan: Plan): Warning[] {
  const [primary, ...backups] = plan.steps;
  return backups
    .filter(({ price }) => primary !== undefined && (price.input > primary.price.input || price.output > primary.price.output))
    .map(({ channel }) => ({ code: 'BACKUP_DEARER', message: `The backup channel "${channel.id}" costs more than the primary one.` }));
}

function lowered({ quote, cap, available, hold }: Taken): Warning[] {
  const { limit, lowered: isLowered } = outputLimitWithin(quote, hold);
  if (!isLowered) return [];
  const covers = cap === hold ? "The key's maxCharge" : hold === available ? 'The balance' : 'What the spend limits leave';
  return [
    { code: 'OUTPUT_LIMIT_LOWERED', message: `${covers} covers ${limit} output tokens, so the output limit would be lowered to that.` },
  ];
}
