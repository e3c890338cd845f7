/** What a call is held, charged and billed for, told from the documents alone: sums of whole tokens at whole prices, and one division. */

export interface AmountsText {
  readonly input: string;
  readonly output: string;
  readonly cachedInput?: string;
  readonly cacheWrite?: string;
  readonly audioInput?: string;
  readonly imageInput?: string;
  readonly reasoning?: string;
  readonly audioOutput?: string;
}

export interface PriceText extends AmountsText {
  readonly perRequest?: string;
  readonly multiplier?: string;
  readonly longPrompts?: readonly (AmountsText & { readonly above: number })[];
}

/** Tokens: all of the input and of the output, and the parts of them that a provider tells apart. */
export interface Told {
  readonly input: number;
  readonly cached: number;
  readonly written: number;
  readonly heard: number;
  readonly seen: number;
  readonly output: number;
  readonly reasoned: number;
  readonly spoken: number;
}

const MILLION = 1_000_000n;
const BILLION = 1_000_000_000n;
const COUNT_MAX = 1_000_000_000;

function nanoIn(decimal: string): bigint {
  const [whole = '0', fraction = ''] = decimal.split('.');
  return BigInt(whole) * BILLION + BigInt(fraction.padEnd(9, '0'));
}

const countOf = (value: unknown) =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= COUNT_MAX ? Number(value) : null;

/** What a usage of OpenAI's says; null: nothing that can be charged. */
export function toldIn(usage: Record<string, unknown> | null): Told | null {
  const [input, output] = [countOf(usage?.['prompt_tokens']), countOf(usage?.['completion_tokens'])];
  if (usage === null || input === null || output === null) return null;
  const [inputs, outputs] = ['prompt_tokens_details', 'completion_tokens_details'].map((name) => usage[name] as Record<string, unknown>);
  const of = (details: Record<string, unknown> | undefined, name: string) => countOf(details?.[name]) ?? 0;
  const cached = Math.min(of(inputs, 'cached_tokens'), input);
  const written = Math.min(of(inputs, 'cache_write_tokens'), input - cached);
  return {
    ...{ input, cached, written, output },
    heard: of(inputs, 'audio_tokens'),
    seen: of(inputs, 'image_tokens'),
    reasoned: Math.min(of(outputs, 'reasoning_tokens'), output),
    spoken: of(outputs, 'audio_tokens'),
  };
}

/** Rounded up once. */
export function chargeOf(told: Told, price: PriceText): bigint {
  const amounts = (price.longPrompts ?? []).findLast(({ above }) => told.input > above) ?? price;
  return priced(sumOf(told, amounts), price);
}

function priced(tokensAtPrices: bigint, { perRequest = '0', multiplier = '1' }: PriceText): bigint {
  const numerator = (tokensAtPrices + nanoIn(perRequest) * MILLION) * nanoIn(multiplier);
  const whole = numerator / (MILLION * BILLION);
  return whole * MILLION * BILLION === numerator ? whole : whole + 1n;
}

/** Parts are taken from the rest of what they are parts of, in this order. */
function sumOf(told: Told, amounts: AmountsText): bigint {
  const { input, output, cachedInput = input, cacheWrite = input, audioInput, imageInput, reasoning, audioOutput } = amounts;
  let sum = 0n;
  const take = (rest: number, tokens: number, price: string | undefined): number => {
    if (price === undefined) return rest;
    const taken = Math.min(rest, tokens);
    sum += BigInt(taken) * nanoIn(price);
    return rest - taken;
  };
  let inputs = take(told.input, told.cached, cachedInput);
  inputs = take(inputs, told.written, cacheWrite);
  inputs = take(take(inputs, told.heard, audioInput), told.seen, imageInput);
  take(inputs, inputs, input);
  const outputs = take(take(told.output, told.spoken, audioOutput), told.reasoned, reasoning);
  take(outputs, outputs, output);
  return sum;
}

/** The dearest that so many tokens at most can come to, at any of the prices, in any class and at any length of the prompt. */
export function holdOf(inputBound: number, outputBound: number, prices: readonly PriceText[]): bigint {
  let most = 0n;
  for (const price of prices) {
    const lengths = [{ ...price, above: -1 }, ...(price.longPrompts ?? [])];
    for (const [at, amounts] of lengths.entries()) {
      if (amounts.above >= inputBound) continue;
      const input = Math.min(inputBound, lengths[at + 1]?.above ?? inputBound);
      const tokens =
        BigInt(input) * dearest(amounts, ['input', 'cachedInput', 'cacheWrite', 'audioInput', 'imageInput']) +
        BigInt(outputBound) * dearest(amounts, ['output', 'reasoning', 'audioOutput']);
      const amount = priced(tokens, price);
      if (amount > most) most = amount;
    }
  }
  return most;
}

function dearest(amounts: AmountsText, names: readonly (keyof AmountsText)[]): bigint {
  return names.map((name) => nanoIn(amounts[name] ?? '0')).reduce((most, each) => (each > most ? each : most));
}
