/** The kinds of values that a catalog is made of, each with the message that says what to write instead. */
import { z } from 'zod';
import { parseDecimal } from '../kernel/money';

const DECIMAL = /^\d{1,10}(\.\d{1,9})?$/;
const DECIMAL_WANTED = 'must be a decimal string in quotes, such as "0.80", with at most nine digits after the point';

/** An exact amount from zero to `most`, as a string: a YAML number is a float and loses digits. */
export function decimal(most: string) {
  const limit = parseDecimal(most) ?? 0n;
  return z
    .string({ error: (issue) => (issue.input === undefined ? undefined : DECIMAL_WANTED) })
    .regex(DECIMAL, { error: (issue) => (issue.input?.startsWith('-') ? 'must not be negative' : DECIMAL_WANTED) })
    .refine((text) => (parseDecimal(text) ?? 0n) <= limit, { error: `must be at most ${most}` });
}

export const id = z.string().regex(/^[A-Za-z0-9._:/-]{1,64}$/, {
  error: 'must have 1 to 64 characters of letters, digits and . _ : / -',
});

export const modelId = z.string().regex(/^[A-Za-z0-9._:/@+-]{1,200}$/, {
  error: 'must have 1 to 200 characters of letters, digits and . _ : / @ + -',
});

export const displayName = z.string().min(1).max(200);

/** Something that travels in an HTTP header. The message never repeats it. */
export function headerSecret(least: number, most: number) {
  return z
    .string()
    .min(least)
    .max(most)
    .regex(/^[\x21-\x7e]*$/, { error: 'must be of visible ASCII characters, without spaces' });
}

export function count(from: number, to: number) {
  return z.int().min(from).max(to);
}
