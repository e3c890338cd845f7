/** The terms of a charge for what a price has apart. */

import type { PriceClasses } from '../kernel/classes';
import type { Nano } from '../kernel/money';
import type { Usage } from './usage';

export interface Term {
  readonly label: string;
  readonly tokens: number | null;
  readonly price: bigint;
  /** Before the one division. */
  readonly numerator: bigint;
}

interface Multiplied {
  readonly multiplier: bigint;
  readonly classes?: PriceClasses | undefined;
}

export interface Apart {
  readonly terms: readonly Term[];
  /** Tokens of input and of output that the terms cover. */
  readonly inputTokens: number;
  readonly outputTokens: number;
}

const NOTHING: Apart = { terms: [], inputTokens: 0, outputTokens: 0 };
const TOKENS_PER_PRICE = 1_000_000n;
const PER_THOUSANDTH = TOKENS_PER_PRICE / 1_000n;

export function tokenTerm(label: string, tokens: number, unitPrice: Nano, price: Multiplied): Term {
  return { label, tokens, price: unitPrice, numerator: BigInt(tokens) * unitPrice * price.multiplier };
}

/**
 * The parts of a usage that the price has apart. Parts never add up to more than the tokens that they are parts of: fresh
 * input, and output.
 */
export function classTerms(usage: Usage, price: Multiplied): Apart {
  const { classes } = price;
  if (classes === undefined) return NOTHING;
  const used = usage.classes ?? {};
  const freshInput = usage.inputTokens - usage.cachedInputTokens - usage.cacheWriteTokens;
  const input = parts(freshInput, price, [
    ['audio input tokens', used.audioInputTokens, classes.audioInput],
    ['image input tokens', used.imageInputTokens, classes.imageInput],
  ]);
  const output = parts(usage.outputTokens, price, [
    ['audio output tokens', used.audioOutputTokens, classes.audioOutput],
    ['image output tokens', used.imageOutputTokens, classes.imageOutput],
    ['reasoning tokens', usage.reasoningTokens, classes.reasoning],
  ]);
  const beside = [
    ...counted(`images: ${used.images ?? 0}`, BigInt(used.images ?? 0) * TOKENS_PER_PRICE, classes.perImage, price),
    ...counted(`seconds: ${(used.milliseconds ?? 0) / 1_000}`, BigInt(used.milliseconds ?? 0) * PER_THOUSANDTH, classes.perSecond, price),
    ...counted(`characters: ${used.characters ?? 0}`, BigInt(used.characters ?? 0), classes.characters, price),
  ];
  return { terms: [...input.terms, ...output.terms, ...beside], inputTokens: input.tokens, outputTokens: output.tokens };
}

type Part = readonly [label: string, tokens: number | undefined, price: Nano | undefined];

function parts(whole: number, price: Multiplied, all: readonly Part[]) {
  const terms: Term[] = [];
  let tokens = 0;
  for (const [label, used = 0, unitPrice] of all) {
    const part = Math.min(used, whole - tokens);
    if (unitPrice === undefined || part === 0) continue;
    terms.push(tokenTerm(label, part, unitPrice, price));
    tokens += part;
  }
  return { terms, tokens };
}

function counted(label: string, quantity: bigint, unitPrice: Nano | undefined, price: Multiplied): Term[] {
  if (unitPrice === undefined || quantity === 0n) return [];
  return [{ label, tokens: null, price: unitPrice, numerator: quantity * unitPrice * price.multiplier }];
}
