/** What is to be known beforehand of a request that a preview finds callable: what it may cost more, and what it would not get. */

import { obstacleOf } from '../../attempts/obstacle';
import { type Resting, restingAt } from '../../attempts/resting';
import type { Upstreams } from '../../attempts/upstream';
import { counted } from '../../kernel/counted';
import type { Nano } from '../../kernel/money';
import type { KeyPolicies } from '../../keys/key-policies';
import { isDearer } from '../../metering/price-terms';
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

export function warningsOf(policies: KeyPolicies, { first, fallback }: PlannedRoute, taken: Taken, channels: ChannelsNow): Warning[] {
  const { plan, quote } = taken;
  return [
    ...onlyFrom(policies),
    ...crossing(first, plan, fallback),
    ...skipped(plan, channels),
    ...resting(plan, channels),
    ...drawn(plan),
    ...dearer(plan, quote.bounds.inputTokens, channels),
    ...lowered(taken),
  ];
}

const NAMED_MAX = 3;

/** Whoever asks for a preview is somewhere else than what will send the request. */
function onlyFrom({ allowedAddresses }: KeyPolicies): Warning[] {
  if (allowedAddresses.length === 0) return [];
  const more = allowedAddresses.length - NAMED_MAX;
  const places = `${allowedAddresses.slice(0, NAMED_MAX).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  return [{ code: 'ALLOWED_ADDRESSES_ONLY', message: `The key may be used only from ${places}: what comes from elsewhere is refused.` }];
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

/** The step that the flow would begin with: the first that nothing stands against, or that is tried all the same. Else the first of all. */
export function firstTried(plan: Plan, channels: ChannelsNow): PlanStep | null {
  const isTried = (step: PlanStep) =>
    obstacleOf(step, 'chat', channels.upstreams) === null && restOf(plan, step, channels)?.lastResort !== false;
  return plan.steps.find(isTried) ?? plan.steps[0] ?? null;
}

/** What health has against a step, as the flow finds it; null: nothing, or something else stands against it. */
function restOf(plan: Plan, step: PlanStep, { upstreams, health, now }: ChannelsNow): Resting | null {
  const stopped = (each: PlanStep) => obstacleOf(each, 'chat', upstreams) !== null;
  return stopped(step) ? null : restingAt(plan, step, { health, clock: { now: () => now } }, stopped);
}

function resting(plan: Plan, channels: ChannelsNow): Warning[] {
  return plan.steps.flatMap((step) => {
    const found = restOf(plan, step, channels);
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

/** Backups that cost more than the first channel for a prompt of this length, for input or for output; what is passed over makes nothing dearer. */
function dearer(plan: Plan, inputTokens: number, { upstreams }: ChannelsNow): Warning[] {
  const [first, ...backups] = plan.steps.filter((step) => obstacleOf(step, 'chat', upstreams) === null);
  if (first === undefined) return [];
  return backups
    .filter(({ price }) => isDearer(price, first.price, inputTokens))
    .map(({ channel }) => ({
      code: 'BACKUP_DEARER',
      message: `The backup channel "${channel.id}" costs more than "${first.channel.id}".`,
    }));
}

function lowered({ quote, cap, available, hold }: Taken): Warning[] {
  const { limit, lowered: isLowered } = outputLimitWithin(quote, hold);
  if (!isLowered) return [];
  const covers = cap === hold ? "The key's maxCharge" : hold === available ? 'The balance' : 'What the spend limits leave';
  return [
    {
      code: 'OUTPUT_LIMIT_LOWERED',
      message: `${covers} covers ${counted(limit, 'output token')}, so the output limit would be lowered to that.`,
    },
  ];
}
