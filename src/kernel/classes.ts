/**
 * What is metered apart from plain tokens of input and output, where a price says so. Token classes are parts of the input
 * or output; without a price of their own they cost what the rest does. Pictures, seconds and characters are counted beside the tokens.
 */
import type { Nano } from './money';

/** Parts of the input, and of the output: amounts in nano per one million tokens. */
export const INPUT_CLASSES = ['audioInput', 'imageInput'] as const;
export const OUTPUT_CLASSES = ['reasoning', 'audioOutput', 'imageOutput'] as const;
/** Amounts in nano for one picture, for one second, and per one million characters. */
const CLASSES_BESIDE_TOKENS = ['perImage', 'perSecond', 'characters'] as const;
export type ClassBesideTokens = (typeof CLASSES_BESIDE_TOKENS)[number];

export const PRICE_CLASSES = [...INPUT_CLASSES, ...OUTPUT_CLASSES, ...CLASSES_BESIDE_TOKENS] as const;
export type PriceClass = (typeof PRICE_CLASSES)[number];
export type PriceClasses = Readonly<Partial<Record<PriceClass, Nano>>>;

/** Parts of the input and of the output; pictures that were made; milliseconds that were heard; characters that were spoken. */
export const USAGE_CLASSES = [
  'audioInputTokens',
  'imageInputTokens',
  'audioOutputTokens',
  'imageOutputTokens',
  'images',
  'milliseconds',
  'characters',
] as const;
export type UsageClass = (typeof USAGE_CLASSES)[number];
export type UsageClasses = Readonly<Partial<Record<UsageClass, number>>>;

/** As it is stored: the classes in their fixed order; null when there is none. */
export function usageClassesText(classes: UsageClasses | undefined): string | null {
  if (classes === undefined) return null;
  return textOf(USAGE_CLASSES.flatMap((name) => (classes[name] ? [[name, classes[name]]] : [])));
}

/** @throws Error when the text is none that `usageClassesText` made */
export function usageClassesIn(text: string | null): UsageClasses | undefined {
  return read(text, USAGE_CLASSES, (value) => {
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw new Error('A stored class of usage is no count.');
    return value;
  });
}

function textOf(entries: readonly (readonly unknown[])[]): string | null {
  return entries.length === 0 ? null : JSON.stringify(Object.fromEntries(entries as [string, unknown][]));
}

function read<Name extends string, Value>(text: string | null, names: readonly Name[], valueOf: (value: unknown) => Value) {
  if (text === null) return undefined;
  const entries = Object.entries(JSON.parse(text) as Record<string, unknown>).map(([name, value]) => {
    const known = names.find((each) => each === name);
    if (known === undefined) throw new Error(`There is no class "${name}".`);
    return [known, valueOf(value)] as const;
  });
  return Object.fromEntries(entries) as Partial<Record<Name, Value>>;
}
