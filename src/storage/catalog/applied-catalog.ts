/**
 * The catalog that was applied last, in the form in which it is stored and compared. Secrets are in it only as hashes. A
 * value that is not declared leaves no trace, so that a field added in a later version makes no old catalog differ.
 */
import { PRICE_CLASSES } from '../../kernel/classes';
import { LONG_PROMPT_AMOUNTS } from '../../kernel/long-prompts';
import { formatDecimal } from '../../kernel/money';
import { inOrder, type PricedApart } from '../../kernel/priced-apart';
import { hashSecret } from '../../kernel/secret';
import type { Model } from '../../routing/catalog';
import type {
  DeclaredCatalog,
  DeclaredChannel,
  DeclaredCost,
  DeclaredPrice,
  DeclaredRoute,
  DeclaredStep,
} from '../../routing/declared-catalog';
import { secretText } from './seal-context';

interface Named {
  readonly id: string;
}

export interface AppliedRoute extends Named {
  readonly sticky?: string;
  readonly price: object;
  readonly steps: readonly object[];
}

export interface AppliedCatalog {
  readonly channels: readonly Named[];
  readonly models: readonly Named[];
  readonly routes: readonly AppliedRoute[];
  /** Pairs of an alias and the model that it names; left out: there are none. Nothing but the catalog changes them, so they stand here alone. */
  readonly aliases?: readonly (readonly [string, string])[];
}

export const NOTHING_APPLIED: AppliedCatalog = { channels: [], models: [], routes: [] };

export function appliedFormOf(declared: DeclaredCatalog): AppliedCatalog {
  return {
    channels: declared.channels.map(appliedChannel),
    models: declared.models.map(appliedModel),
    routes: declared.routes.map(appliedRoute),
    ...((declared.aliases?.size ?? 0) > 0 && { aliases: [...(declared.aliases ?? [])] }),
  };
}

/** Equal texts mean that nothing differs: the fields of a form stand in a fixed order. */
export function sameForm(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function appliedChannel(channel: DeclaredChannel): Named {
  const { id, name, protocol, baseUrl, timeouts, onClientGone, breaker } = channel;
  const { connectMs, firstByteMs, idleMs, totalMs } = timeouts;
  const deadlines = { connectMs, firstByteMs, idleMs, totalMs };
  const form = { id, name, protocol, baseUrl, timeouts: deadlines, onClientGone, apiKeySha256: hashSecret(secretText(channel)) };
  return { ...form, ...(breaker && { breaker }) };
}

function appliedModel(model: Model, position: number): Named {
  const { id, contextWindow, maxOutputTokens, mediaPartTokens } = model;
  const form = { id, position, contextWindow, maxOutputTokens, mediaPartTokens };
  return form;
}

export function appliedRoute(route: DeclaredRoute): AppliedRoute {
  const { id, sticky } = route;
  return { id, ...(sticky && { sticky }), price: appliedPrice(route.price), steps: route.steps.map(appliedStep) };
}

function appliedStep(step: DeclaredStep): object {
  const { channelId, upstreamModel, maxAttempts, priority, weight, price, cost } = step;
  const form = { channelId, upstreamModel, maxAttempts, ...(priority && { priority }), ...(weight && { weight }) };
  return { ...form, ...(price === null ? {} : { price: appliedPrice(price) }), ...(cost === null ? {} : { cost: appliedCost(cost) }) };
}

export function appliedCost(cost: DeclaredCost): object {
  const { input, cachedInput, cacheWrite, output, perRequest } = cost;
  return { currency: cost.currency, ...appliedAmounts({ input, cachedInput, cacheWrite, output, perRequest }), ...appliedApart(cost) };
}

export function appliedPrice(price: DeclaredPrice): object {
  const { input, cachedInput, cacheWrite, output, perRequest, multiplier } = price;
  return { ...appliedAmounts({ input, cachedInput, cacheWrite, output, perRequest, multiplier }), ...appliedApart(price) };
}

function appliedApart({ classes = {}, longPrompts = [] }: PricedApart): object {
  const long = longPrompts.map((price) => ({ above: price.above, ...inOrder(LONG_PROMPT_AMOUNTS, price, formatDecimal) }));
  return { ...inOrder(PRICE_CLASSES, classes, formatDecimal), ...(long.length > 0 && { longPrompts: long }) };
}

function appliedAmounts(amounts: Readonly<Record<string, bigint | null>>): object {
  return Object.fromEntries(Object.entries(amounts).flatMap(([name, amount]) => (amount === null ? [] : [[name, formatDecimal(amount)]])));
}
