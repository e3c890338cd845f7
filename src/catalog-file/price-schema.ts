/** The shape of what the catalog says about money: prices, and what channels charge the operator. */
import { z } from 'zod';
import type { PriceClass } from '../kernel/classes';
import { LONG_PROMPT_ABOVE_MAX, LONG_PROMPTS_MAX, type LongPromptAmount } from '../kernel/long-prompts';
import { formatDecimal } from '../kernel/money';
import { CURRENCIES } from '../kernel/words';
import { MULTIPLIER_MAX, PRICE_MAX } from '../routing/catalog';
import { count, decimal } from './fields';

const amount = (most: bigint) => decimal(formatDecimal(most));
const apart = (what: string) => amount(PRICE_MAX).optional().describe(what);

const classesOfTokens = {
  audioInput: apart('Per one million input tokens of audio; as input when left out.'),
  imageInput: apart('Per one million input tokens of pictures; as input when left out.'),
  reasoning: apart('Per one million output tokens of reasoning; as output when left out.'),
  audioOutput: apart('Per one million output tokens of audio; as output when left out.'),
  imageOutput: apart('Per one million output tokens of pictures; as output when left out.'),
};
const classes = {
  ...classesOfTokens,
  perImage: apart('For each picture that was made, beside its tokens.'),
  perSecond: apart('For each second of audio that was heard, beside its tokens.'),
  characters: apart('For one million characters of text that is spoken, beside its tokens.'),
} satisfies Record<PriceClass, unknown>;

const tokens = {
  input: amount(PRICE_MAX).describe('Per one million input tokens.'),
  cachedInput: apart("Per one million input tokens read from the provider's cache; as input when left out."),
  cacheWrite: apart("Per one million input tokens written to the provider's cache; as input when left out."),
  output: amount(PRICE_MAX).describe('Per one million output tokens.'),
};

const longPrompt = z
  .strictObject({
    above: count(1, LONG_PROMPT_ABOVE_MAX).describe(
      'Input tokens, the cached and the cache-writing ones included: a request that has more of them pays these prices for all of its tokens.',
    ),
    ...tokens,
    ...classesOfTokens,
  } satisfies Record<LongPromptAmount | 'above', unknown>)
  .describe('What a request with a long prompt costs. What is left out costs as it would in a price of its own.');

const longPrompts = z
  .array(longPrompt)
  .max(LONG_PROMPTS_MAX)
  .optional()
  .describe('Prices by the length of the prompt, from the lowest threshold to the highest; what is not counted in tokens stays as it is.');

export const price = z
  .strictObject({
    ...tokens,
    perRequest: apart('For each request, beside its tokens.'),
    ...classes,
    longPrompts,
    multiplier: amount(MULTIPLIER_MAX).default('1').describe('Multiplies every amount of this price: 0 to 100. With 0 nothing is charged.'),
  })
  .describe('Decimal strings, in CNY on an ORDINARY route and in USD on an OFFICIAL one.');

export const cost = z
  .strictObject({
    currency: z.enum(CURRENCIES).describe('What the upstream bills in; it need not be the currency of the route.'),
    ...tokens,
    cachedInput: apart('As input when left out.'),
    cacheWrite: apart('As input when left out.'),
    perRequest: apart('For each request that used something, beside its tokens.'),
    ...classes,
    longPrompts,
  })
  .describe('What the upstream charges the operator. Nobody else sees it, and it changes no charge.');
