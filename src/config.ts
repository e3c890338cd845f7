/** The only file that reads the environment. A wrong value never gets further than this. */
import { z } from 'zod';
import {
  adminToken,
  type DatabaseConfig,
  database,
  listOf,
  mailFrom,
  masterKey,
  problem,
  retention,
  textWithout,
  trueOrFalse,
  wholeNumber,
} from './config/environment-fields';
import { isHost, problemOfMailUrl, problemOfOrigin, problemOfRedisUrl } from './config/service-urls';
import { readTraceSettings, type TraceSettings } from './config/trace-settings';
import { problemOfRange } from './kernel/addresses';
import { ConfigurationError, type ConfigurationFault, refuseFaults } from './kernel/configuration-error';

export type Environment = Readonly<Record<string, string | undefined>>;

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
  readonly webhookAllowPrivate: boolean;
  /** Whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[];
  /** Pages of which may call from a browser; `*`: of all. */
  readonly corsOrigins: readonly string[];
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

const schema = z.object({
  HOST: z.string().refine(isHost, problem('must be a host name or an address')).default('127.0.0.1'),
  PORT: wholeNumber(0, 65_535).default(4_000),
  DATABASE_URL: database.default({ kind: 'sqlite', file: './data/tokens-forge.sqlite' }),
  REDIS_URL: textWithout(problemOfRedisUrl).optional(),
  CATALOG: z.string().optional(),
  ADMIN_TOKEN: adminToken.optional(),
  MASTER_KEY: masterKey.optional(),
  MASTER_KEY_PREVIOUS: masterKey.optional(),
  UPSTREAM_ALLOW_PRIVATE: trueOrFalse.default(false),
  WEBHOOK_ALLOW_PRIVATE: trueOrFalse.default(false),
  TRUSTED_PROXIES: listOf(problemOfRange),
  CORS_ORIGINS: listOf(problemOfOrigin),
  WORKERS: wholeNumber(1, 256).default(1),
  GRAPHQL_INTROSPECTION: trueOrFalse.optional(),
  IDEMPOTENCY_RETENTION: retention.optional(),
  SMTP_URL: textWithout(problemOfMailUrl).optional(),
  SMTP_FROM: mailFrom.optional(),
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
  /** Whether a terminal may be given colours: NO_COLOR says no, whatever it is set to. */
  readonly colours: boolean;
}

export function loadClientConfig(environment: Environment = process.env): ClientConfig {
  const lookup = environmentLookup(environment);
  const colours = lookup('NO_COLOR') === undefined && lookup('TERM') !== 'dumb';
  return { url: lookup('TOKENS_FORGE_URL') ?? 'http://127.0.0.1:4000', key: lookup('TOKENS_FORGE_KEY') ?? null, colours };
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
    webhookAllowPrivate: values.WEBHOOK_ALLOW_PRIVATE,
    trustedProxies: values.TRUSTED_PROXIES,
    corsOrigins: values.CORS_ORIGINS,
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
