/** The kinds of values that a catalog is made of, each with the message that says what to write instead. */
import { z } from 'zod';
import { problemOfRange } from '../kernel/addresses';
import { parseDecimal } from '../kernel/money';
import { hasAtMost, NAME_MAX } from '../kernel/names';
import { HALF_OF_A_CHARACTER } from '../kernel/well-formed';
import { MODEL_NAME } from '../keys/key-policies';

const DECIMAL = /^\d{1,10}(\.\d{1,9})?$/;
/** More digits than any amount has. */
const TOO_LONG = /^[1-9]\d{10,}(\.\d{1,9})?$/;
const DECIMAL_WANTED = 'must be a decimal string in quotes, such as "0.80", with at most nine digits after the point';

/** An exact amount from zero to `most`, as a string: a YAML number is a float and loses digits. */
export function decimal(most: string) {
  const limit = parseDecimal(most) ?? 0n;
  const tooLarge = `must be at most ${most}`;
  return z
    .string({ error: (issue) => (issue.input === undefined ? undefined : DECIMAL_WANTED) })
    .regex(DECIMAL, { error: ({ input = '' }) => (TOO_LONG.test(input) ? tooLarge : whatIsWrong(input)) })
    .refine((text) => (parseDecimal(text) ?? 0n) <= limit, { error: tooLarge });
}

function whatIsWrong(text: string): string {
  return text.startsWith('-') ? 'must not be negative' : DECIMAL_WANTED;
}

export const id = z.string().regex(/^[A-Za-z0-9._:/-]{1,64}$/, {
  error: 'must have 1 to 64 characters of letters, digits and . _ : / -',
});

export const modelId = z.string().regex(MODEL_NAME.pattern, { error: MODEL_NAME.wanted });

/** More than zero: what allows nothing at all is a mistake, or a key that should not be there. */
export function aboveZero(most: string) {
  return decimal(most).refine((text) => parseDecimal(text) !== 0n, { error: 'must be above zero' });
}

const NAME_WANTED = `must have 1 to ${NAME_MAX} characters`;

/** For people: spaces alone are none. */
export const displayName = z
  .string()
  .refine((name) => name.trim() !== '' && hasAtMost(NAME_MAX, name), { error: NAME_WANTED })
  .refine((text) => text.isWellFormed(), { error: HALF_OF_A_CHARACTER })
  .meta({ minLength: 1, maxLength: NAME_MAX });

/** What an upstream calls a model. What is pasted with a space or the end of a line is a name that no upstream knows. */
export const upstreamModel = z
  .string()
  .refine((name) => name !== '' && name.length <= NAME_MAX && name === name.trim() && !/\p{Cc}/u.test(name), {
    error: `must have 1 to ${NAME_MAX} visible characters, without spaces around them`,
  })
  .refine((text) => text.isWellFormed(), { error: HALF_OF_A_CHARACTER })
  .meta({ minLength: 1, maxLength: NAME_MAX });

/** Something that travels in an HTTP header. The message never repeats it. */
export function headerSecret(least: number, most: number) {
  return z
    .string()
    .min(least)
    .max(most)
    .regex(/^[\x21-\x7e]*$/, { error: 'must be of visible ASCII characters, without spaces' });
}

/** Addresses of clients, as `kernel/addresses` reads them. */
export const addressRange = z.string().superRefine((text, context) => {
  const message = problemOfRange(text);
  if (message !== null) context.addIssue({ code: 'custom', message });
});

export function count(from: number, to: number) {
  return z.int().min(from).max(to);
}
