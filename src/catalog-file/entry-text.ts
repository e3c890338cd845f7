/** What stands, as the catalog's file would write it: the way back of `declare.ts`. */
import { LONG_PROMPT_AMOUNTS } from '../kernel/long-prompts';
import { formatDecimal } from '../kernel/money';
import { inOrder } from '../kernel/priced-apart';
import type { Catalog, Channel, CostVersion, Model, PriceVersion, Route, RouteStep } from '../routing/catalog';
import type { Written } from '../routing/catalog-edit';
import { field, items, text } from './loose';
import { cost, price } from './price-schema';
import { channel, model, route, step } from './routing-schema';

export function textOfChannel(standing: Channel): Written {
  return fieldsOf(channel.shape, standing);
}

export function textOfModel(standing: Model): Written {
  return fieldsOf(model.shape, standing);
}

export function textOfRoute(standing: Route): Written {
  return { ...fieldsOf(route.shape, standing), price: textOfPrice(standing.price), channels: standing.steps.map(textOfStep) };
}

/** What a channel charges for a model is the same in every route that says nothing else. */
export function withKnownCosts(written: Written, { routes }: Catalog): Written {
  if (!Array.isArray(written['channels'])) return written;
  const known = new Map(
    [...routes.values()].flatMap(({ steps }) =>
      steps.flatMap(({ channelId, upstreamModel, cost }) => (cost === null ? [] : [[`${channelId} ${upstreamModel}`, cost] as const])),
    ),
  );
  const channels = items(written['channels']).map((each) => {
    if (typeof each !== 'object' || each === null || (field(each, 'cost') ?? null) !== null) return each;
    const upstreamModel = text(field(each, 'upstreamModel')) ?? text(written['model']);
    const same = known.get(`${text(field(each, 'channel'))} ${upstreamModel}`);
    return same === undefined ? each : { ...each, cost: textOfCost(same) };
  });
  return { ...written, channels };
}

function textOfStep(standing: RouteStep): Written {
  const own = standing.price === null ? {} : { price: textOfPrice(standing.price) };
  const charged = standing.cost === null ? {} : { cost: textOfCost(standing.cost) };
  return { ...fieldsOf(step.shape, standing), channel: standing.channelId, ...own, ...charged };
}

function textOfPrice(standing: PriceVersion): Written {
  return { ...fieldsOf(price.shape, { ...standing, ...standing.classes }), ...textOfLongPrompts(standing) };
}

function textOfCost(standing: CostVersion): Written {
  return { ...fieldsOf(cost.shape, { ...standing, ...standing.classes }), ...textOfLongPrompts(standing) };
}

function textOfLongPrompts({ longPrompts }: PriceVersion | CostVersion): Written {
  if (longPrompts === undefined) return {};
  return { longPrompts: longPrompts.map((long) => ({ above: long.above, ...inOrder(LONG_PROMPT_AMOUNTS, long, formatDecimal) })) };
}

/** Those that the file has a place for, and that say something. */
function fieldsOf(shape: object, standing: object): Written {
  return Object.fromEntries(
    Object.entries(standing).flatMap(([name, value]: [string, unknown]) =>
      !Object.hasOwn(shape, name) || value === null || value === undefined
        ? []
        : [[name, typeof value === 'bigint' ? formatDecimal(value) : value]],
    ),
  );
}
