/** The kinds of values that the environment is made of, each with the message that says what to write instead. */
import { z } from 'zod';
import { MASTER_KEY_BYTES } from '../kernel/secret';
import { shown } from '../kernel/shown';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../kernel/times';
import { hasControls, mysqlUrlOfDriver, problemOfMysqlUrl, problemOfSqliteFile } from './service-urls';

export type DatabaseConfig = { readonly kind: 'sqlite'; readonly file: string } | { readonly kind: 'mysql'; readonly url: string };

const VISIBLE = /^[\x21-\x7e]+$/;
const SQLITE = /^sqlite:(?:\/\/)?(.+)$/;
const DURATION = /^(\d{1,6})(s|m|h|d)$/;
const MS_PER_UNIT: Readonly<Record<string, number>> = { s: 1_000, m: MINUTE_MS, h: HOUR_MS, d: DAY_MS };
const RETENTION_MAX_MS = 365 * DAY_MS;

export const problem = (error: string) => ({ error });
export const trueOrFalse = z.enum(['true', 'false'], problem('must be true or false')).transform((text) => text === 'true');

export function wholeNumber(from: number, to: number) {
  const wrong = problem(`must be a whole number from ${from} to ${to}`);
  return z
    .string()
    .regex(/^\d{1,9}$/, wrong)
    .transform((text) => Number.parseInt(text, 10))
    .refine((value) => value >= from && value <= to, wrong);
}

export function textWithout(problemOf: (text: string) => string | null) {
  return z.string().superRefine((text, context) => {
    const message = problemOf(text);
    if (message !== null) context.addIssue({ code: 'custom', message });
  });
}

export const database = z.string().transform((text, context): DatabaseConfig => {
  const file = SQLITE.exec(text)?.[1];
  const faulty = file === undefined ? problemOfMysqlUrl(text) : problemOfSqliteFile(file);
  if (faulty !== null) context.addIssue({ code: 'custom', message: faulty });
  if (file !== undefined) return { kind: 'sqlite', file };
  return { kind: 'mysql', url: faulty === null ? mysqlUrlOfDriver(text) : text };
});

export const masterKey = z.string().transform((text, context): Buffer => {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== MASTER_KEY_BYTES || bytes.toString('base64') !== text) {
    context.addIssue({ code: 'custom', message: 'must be 32 bytes in base64, as "openssl rand -base64 32" prints them' });
  }
  return bytes;
});

export const retention = z.string().transform((text, context): number => {
  const [, count = '0', unit = 's'] = DURATION.exec(text) ?? [];
  const ms = Number.parseInt(count, 10) * (MS_PER_UNIT[unit] ?? 0);
  if (ms === 0 || ms > RETENTION_MAX_MS) {
    context.addIssue({ code: 'custom', message: 'must be a time such as 30m, 24h or 7d, of a year at most' });
  }
  return ms;
});

export const adminToken = z
  .string()
  .min(16, problem('must have 16 characters or more'))
  .regex(VISIBLE, problem('must be of visible ASCII characters, without spaces'));

export const mailFrom = z
  .string()
  .regex(/[^@\s]@[^@\s]/, problem('must be the address that mails are sent from'))
  .refine((text) => !hasControls(text), problem('must be one line, without control characters'));

/** Several, with commas between them; none where it is not set. */
export function listOf(problemOf: (text: string) => string | null) {
  return z
    .string()
    .transform((text) => text.split(',').map((each) => each.trim()))
    .superRefine((list, context) => {
      for (const each of list) {
        const message = problemOf(each);
        if (message !== null) context.addIssue({ code: 'custom', message: `"${shown(each)}" ${message}` });
      }
    })
    .default([]);
}
