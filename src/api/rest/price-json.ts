/** A price as JSON, with the names of the graph's `Price`: amounts are decimal strings, per million tokens where they are of tokens. */
import { PRICE_CLASSES, type PriceClasses } from '../../kernel/classes';
import { LONG_PROMPT_AMOUNTS, type LongPromptPrice } from '../../kernel/long-prompts';
import { formatDecimal } from '../../kernel/money';
import { instant } from '../../kernel/times';
import type { Currency } from '../../kernel/words';
import type { PriceVersion } from '../../routing/catalog';
import { orNull } from './or-null';

export function priceJson(price: PriceVersion, currency: Currency | null): object {
  return {
    versionId: price.id,
    currency,
    input: formatDecimal(price.input),
    cachedInput: orNull(price.cachedInput, formatDecimal),
    cacheWrite: orNull(price.cacheWrite, formatDecimal),
    output: formatDecimal(price.output),
    perRequest: orNull(price.perRequest, formatDecimal),
    classes: orNull(price.classes ?? null, classesJson),
    longPrompts: orNull(price.longPrompts ?? null, (prices) => prices.map(longPromptJson)),
    multiplier: formatDecimal(price.multiplier),
    effectiveFrom: instant(price.effectiveFrom),
  };
}

function classesJson(classes: PriceClasses): object {
  return Object.fromEntries(PRICE_CLASSES.map((name) => [name, orNull(classes[name] ?? null, formatDecimal)]));
}

function longPromptJson({ above, ...amounts }: LongPromptPrice): object {
  return { above, ...Object.fromEntries(LONG_PROMPT_AMOUNTS.map((name) => [name, orNull(amounts[name] ?? null, formatDecimal)])) };
}
