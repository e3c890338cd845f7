/** The only file that reads the environment. A wrong value never gets further than this. */
import { isIP } from 'node:net';
import { z } from 'zod';
import { ConfigurationError, type ConfigurationFault, refuseFaults } from './kernel/configuration-error';
import { MASTER_KEY_BYTES } from './kernel/secret';
import { hasControls, mysqlUrlOfDriver, problemOfMailUrl, problemOfMysqlUrl, problemOfRedisUrl } from './service-urls';
import { readTraceSettings, type TraceSettings } from './trace-settings';

export type Environment = Readonly<Record<string, string | undefined>>;

export type DatabaseConfig = { readonly kind: 'sqlite'; readonly file: string } | { readonly kind: 'mysql'; readonly url: string };

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The environment, checked and with its defaults. Null: not set, and what happens then is said in the README. */
export interface Config {
  readonly host: string;
  /** 0: a free port. */
  readonly port: number;
  readonly database: DatabaseConfig;
  readonly redisUrl: string | null;
  /** null: the built-in demo. */
  readonly catalogFile: string | null;
  readonly adminToken: string | null;
  /** 32 bytes. */
  readonly masterKey: Buffer | null;
  /** What was sealed with it is sealed anew at the start; null: nothing is. */
  readonly masterKeyPrevious: Buffer | null;
  readonly upstreamAllowPrivate: boolean;
  readonly workers: number;
  readonly graphqlIntrospection: boolean;
  /** null: settled answers are not kept. */
  readonly idempotencyRetentionMs: number | null;
  /** null: alerts are not mailed. */
  readonly mail: { readonly url: string; readonly from: string } | null;
  /** null: no traces. */
  readonly traces: TraceSettings | null;
  readonly logLevel: LogLevel;
}

const SQLITE = /^sqlite:(?:\/\/)?(.+)$/;
const VISIBLE = /^[\x21-\x7e]+$/;
const HOST_NAME = /^\w[\w-]*(?:\.\w[\w-]*)*\.?$/;
/** What ends so is read as an address. */
const LAST_IS_NUMBER = /(?:^|\.)\d+\.?$/;
const DURATION = /^(\d{1,6})(s|m|h|d)$/;
const MS_PER_UNIT: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const RETENTION_MAX_MS = 365 * 86_400_000;

const problem = (error: string) => ({ error });
const trueOrFalse = z.enum(['true', 'false'], problem('must be true or false')).transform((text) => text === 'true');

function wholeNumber(from: number, to: number) {
  const wrong = problem(`must be a whole number from ${from} to ${to}`);
  return z
    .string()
    .regex(/^\d{1,9}$/, wrong)
    .transform((text) => Number.parseInt(text, 10))
    .refine((value) => value >= from && value <= to, wrong);
}

function isHost(text: string): boolean {
  return isIP(text) !== 0 || (HOST_NAME.test(text) && !LAST_IS_NUMBER.test(text));
}

function urlWithout(problemOf: (text: string) => string | null) {
  return z.string().superRefine((text, context) => {
    const message = problemOf(text);
    if (message !== null) context.addIssue({ code: 'custom', message });
  });
}

const database = z.string().transform((text, context): DatabaseConfig => {
  const file = SQLITE.exec(text)?.[1];
  const faulty = file === undefined ? problemOfMysqlUrl(text) : problemOfSqliteFile(file);
  if (faulty !== null) context.addIssue({ code: 'custom', message: faulty });
  if (file !== undefined) return { kind: 'sqlite', file };
  return { kind: 'mysql', url: faulty === null ? mysqlUrlOfDriver(text) : text };
});

const masterKey = z.string().transform((text, context): Buffer => {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== MASTER_KEY_BYTES || bytes.toString('base64') !== text) {
    context.addIssue({ code: 'custom', message: 'must be 32 bytes in base64, as "openssl rand -base64 32" prints them' });
  }
  return bytes;
});

const retention = z.string().transform((text, context): number => {
  const [, count = '0', unit = 's'] = DURATION.exec(text) ?? [];
  const ms = Number.parseInt(count, 10) * (MS_PER_UNIT[unit] ?? 0);
  if (ms === 0 || ms > RETENTION_MAX_MS) {
    context.addIssue({ code: 'custom', message: 'must be a time such as 30m, 24h or 7d, of a year at most' });
  }
  return ms;
});

const schema = z.object({
  HOST: z.string().refine(isHost, problem('must be a host name or an address')).default('127.0.0.1'),
  PORT: wholeNumber(0, 65_535).default(4_000),
  DATABASE_URL: database.default({ kind: 'sqlite', file: './data/tokens-forge.sqlite' }),
  REDIS_URL: urlWithout(problemOfRedisUrl).optional(),
  CATALOG: z.string().optional(),
  ADMIN_TOKEN: z
    .string()
    .min(16, problem('must have 16 characters or more'))
    .regex(VISIBLE, problem('must be of visible ASCII characters, without spaces'))
    .optional(),
  MASTER_KEY: masterKey.optional(),
  MASTER_KEY_PREVIOUS: masterKey.optional(),
  UPSTREAM_ALLOW_PRIVATE: trueOrFalse.default(false),
  WORKERS: wholeNumber(1, 256).default(1),
  GRAPHQL_INTROSPECTION: trueOrFalse.optional(),
  IDEMPOTENCY_RETENTION: retention.optional(),
  SMTP_URL: urlWithout(problemOfMailUrl).optional(),
  SMTP_FROM: z
    .string()
    .regex(/[^@\s]@[^@\s]/, problem('must be the address that mails are sent from'))
    .refine((text) => !hasControls(text), problem('must be one line, without control characters'))
    .optional(),
  LOG_LEVEL: z.enum(LOG_LEVELS, problem(`must be one of ${LOG_LEVELS.join(', ')}`)).default('info'),
});

/**
 * Reads the environment. Variables that are not ours are passed over, and an empty one counts as not set.
 * @throws ConfigurationError that carries every fault, each with the name of its variable
 */
export function loadConfig(environment: Environment = process.env): Config {
  const set = withoutEmpty(environment);
  const read = schema.safeParse(set);
  const faults = [...(read.error?.issues ?? []).map(faultOf), ...faultsTogether(set), ...readTraceSettings((name) => set[name]).faults];
  if (!read.success) throw new ConfigurationError(faults);
  refuseFaults(faults);
  return Object.freeze(configOf(read.data, set));
}

/** What a process that watches over workers needs; null: it serves itself, and tells what is wrong with the rest. */
export function loadCrew(environment: Environment = process.env): Pick<Config, 'workers' | 'logLevel'> | null {
  try {
    const { workers, logLevel } = loadConfig(environment);
    return workers > 1 ? { workers, logLevel } : null;
  } catch {
    return null;
  }
}

/**
 * Where the data is: all that a command needs which only reads it, whatever else is wrong in the environment.
 * @throws ConfigurationError
 */
export function loadDatabaseConfig(environment: Environment = process.env): DatabaseConfig {
  const read = schema.pick({ DATABASE_URL: true }).safeParse(withoutEmpty(environment));
  if (!read.success) throw new ConfigurationError(read.error.issues.map(faultOf));
  return read.data.DATABASE_URL;
}

/** Where a command that talks to a running gateway finds it, and as whom; what the command line says goes first. */
export interface ClientConfig {
  readonly url: string;
  /** null: not set. */
  readonly key: string | null;
}

export function loadClientConfig(environment: Environment = process.env): ClientConfig {
  const lookup = environmentLookup(environment);
  return { url: lookup('TOKENS_FORGE_URL') ?? 'http://127.0.0.1:4000', key: lookup('TOKENS_FORGE_KEY') ?? null };
}

/** What reading the catalog needs of the environment. It can be had also where other variables are wrong. */
export interface CatalogSource {
  /** null: the built-in demo. */
  readonly file: string | null;
  readonly allowPrivate: boolean;
  /** Gives the values of the catalog's `${NAME}`. */
  readonly lookup: (name: string) => string | undefined;
}

export function catalogSource(environment: Environment = process.env): CatalogSource {
  const lookup = environmentLookup(environment);
  return { file: lookup('CATALOG') ?? null, allowPrivate: lookup('UPSTREAM_ALLOW_PRIVATE') === 'true', lookup };
}

/** Looks variables up by name: undefined where one is not set, or empty. */
function environmentLookup(environment: Environment): (name: string) => string | undefined {
  const set = withoutEmpty(environment);
  return (name) => set[name];
}

function withoutEmpty(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''));
}

function configOf(values: z.output<typeof schema>, set: Environment): Config {
  return {
    host: values.HOST,
    port: values.PORT,
    database: Object.freeze(values.DATABASE_URL),
    redisUrl: values.REDIS_URL ?? null,
    catalogFile: values.CATALOG ?? null,
    adminToken: values.ADMIN_TOKEN ?? null,
    masterKey: values.MASTER_KEY ?? null,
    masterKeyPrevious: values.MASTER_KEY_PREVIOUS ?? null,
    upstreamAllowPrivate: values.UPSTREAM_ALLOW_PRIVATE,
    workers: values.WORKERS,
    graphqlIntrospection: values.GRAPHQL_INTROSPECTION ?? set['NODE_ENV'] !== 'production',
    idempotencyRetentionMs: values.IDEMPOTENCY_RETENTION ?? null,
    mail: values.SMTP_URL === undefined || values.SMTP_FROM === undefined ? null : { url: values.SMTP_URL, from: values.SMTP_FROM },
    traces: readTraceSettings((name) => set[name]).traces,
    logLevel: values.LOG_LEVEL,
  };
}

function faultOf(issue: z.core.$ZodIssue): ConfigurationFault {
  return { path: issue.path.join('.'), problem: issue.message };
}

/** Values that are right alone and wrong together. Read from the raw text, so that they show beside other faults. */
function faultsTogether(set: Environment): ConfigurationFault[] {
  const onMysql = /^mysql:/i.test(set['DATABASE_URL'] ?? '');
  const faults = missingMasterKey(set, onMysql);
  if ((set['SMTP_URL'] === undefined) !== (set['SMTP_FROM'] === undefined)) {
    faults.push({
      path: set['SMTP_URL'] === undefined ? 'SMTP_URL' : 'SMTP_FROM',
      problem: 'is needed as well: SMTP_URL and SMTP_FROM belong together',
    });
  }
  const workers = /^\d{1,9}$/.test(set['WORKERS'] ?? '') ? Number.parseInt(set['WORKERS'] ?? '', 10) : 1;
  const missing = [...(onMysql ? [] : ['a mysql:// DATABASE_URL']), ...(set['REDIS_URL'] === undefined ? ['REDIS_URL'] : [])];
  if (workers > 1 && missing.length > 0) faults.push({ path: 'WORKERS', problem: `above 1 needs ${missing.join(' and ')}` });
  return faults;
}

function missingMasterKey(set: Environment, onMysql: boolean): ConfigurationFault[] {
  if (set['MASTER_KEY'] !== undefined) return [];
  if (onMysql) return [{ path: 'MASTER_KEY', problem: 'is required with MySQL: 32 bytes in base64, the same for every process' }];
  if (set['MASTER_KEY_PREVIOUS'] === undefined) return [];
  return [{ path: 'MASTER_KEY', problem: 'is needed as well: the key that takes the place of MASTER_KEY_PREVIOUS' }];
}

/** What would silently be another file than the one that was meant, and so an empty ledger. */
function problemOfSqliteFile(file: string): string | null {
  if (file.startsWith(':memory:')) return 'must be a file: the ledger has a connection of its own, and memory cannot be shared';
  if (file.trim() !== file) return 'has spaces around the name of the file: leave them out';
  if (file.includes('?')) return 'must be the name of a file and nothing else: "?" and options are not understood';
  return file.startsWith('~') ? 'begins with a ~, which only a shell understands: write the whole path' : null;
}
