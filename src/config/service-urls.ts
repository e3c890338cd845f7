/** What is wrong with the URL of a service, as the end of a sentence that begins with its variable; null: nothing, and its driver takes it. */
import { isIP } from 'node:net';
import { isRecord, jsonOf } from '../kernel/record';

const MYSQL = 'must be sqlite:<file> or mysql://user:password@host:3306/database';
const REDIS = 'must be redis://host:port or rediss://host:port';
const MAIL = 'must be smtp://user:password@host:587 or smtps://user:password@host';
const SSL = 'must say of ssl what Node is to check, as JSON: ?ssl={} for a certificate that the machine trusts';
const HOST_NAME = /^\w[\w-]*(?:\.\w[\w-]*)*\.?$/;
/** What ends so is read as an address. */
const LAST_IS_NUMBER = /(?:^|\.)\d+\.?$/;
const BAD_ESCAPE = 'has a % that begins no escape: write it as %25';
const BAD_SIGN = 'has a /, # or ? in its user or password: write them as %2F, %23 and %3F';
const SIGN_BEFORE_HOST = /^\w+:\/\/[^@]*[/?#][^@]*@/;

export function isHost(text: string): boolean {
  return isIP(text) !== 0 || (HOST_NAME.test(text) && !LAST_IS_NUMBER.test(text));
}

export function problemOfMysqlUrl(text: string): string | null {
  return withSigns(text, problemOfMysql(text));
}

/** What ends the host before it has begun shifts all that follows: other words would lead astray, or name a part of the password. */
function withSigns(text: string, problem: string | null): string | null {
  return problem !== null && SIGN_BEFORE_HOST.test(text) ? BAD_SIGN : problem;
}

function problemOfMysql(text: string): string | null {
  if (!URL.canParse(text)) return MYSQL;
  const url = new URL(text);
  if (url.protocol !== 'mysql:' || url.hostname === '') return MYSQL;
  if (!decodes(url)) return BAD_ESCAPE;
  const option = problemOfOptions(url);
  if (option !== null) return option;
  return /^\/[^/]+$/.test(url.pathname) ? null : 'must name a database at its end: mysql://host:3306/database';
}

/** The driver would take any of its options from here, also those that change what amounts and texts are read as. */
function problemOfOptions({ searchParams }: URL): string | null {
  const others = [...searchParams.keys()].filter((name) => name !== 'ssl');
  if (others.length > 0) return `has options that are not understood: ${others.join(', ')}; ssl is the only one`;
  const ssl = searchParams.get('ssl');
  return ssl === null || isJsonObject(ssl) ? null : SSL;
}

/**
 * The URL for the driver. Over TLS it checks that the certificate is trusted, and not whose it is, unless it is told to: anybody who
 * has a certificate could answer in the place of the server. It cannot check that of an address, only of a name.
 */
export function mysqlUrlOfDriver(text: string): string {
  const url = new URL(text);
  const ssl = url.searchParams.get('ssl');
  if (ssl === null || isAddress(url.hostname)) return text;
  url.searchParams.set('ssl', JSON.stringify({ verifyIdentity: true, ...JSON.parse(ssl) }));
  return url.href;
}

function isAddress(hostname: string): boolean {
  return isIP(hostname.replace(/^\[|\]$/g, '')) !== 0;
}

function isJsonObject(text: string): boolean {
  return isRecord(jsonOf(text));
}

/** Of a page, as browsers say it: https://fetch.spec.whatwg.org/#origin-header */
export function problemOfOrigin(text: string): string | null {
  if (text === '*' || (URL.canParse(text) && new URL(text).origin === text)) return null;
  return 'must be * or an origin such as https://app.example, without a path';
}

export function problemOfRedisUrl(text: string): string | null {
  return withSigns(text, problemOfRedis(text));
}

function problemOfRedis(text: string): string | null {
  if (!/^rediss?:\/\/[^/\s]+/.test(text) || !URL.canParse(text)) return REDIS;
  const url = new URL(text);
  if (!decodes(url)) return BAD_ESCAPE;
  return /^(\/\d{0,9})?$/.test(url.pathname) ? null : 'must end in the number of a database, or in none: redis://host:port/0';
}

export function problemOfMailUrl(text: string): string | null {
  return withSigns(text, problemOfMail(text));
}

function problemOfMail(text: string): string | null {
  if (!/^smtps?:\/\/[^/\s]+$/.test(text) || !URL.canParse(text)) return MAIL;
  const url = new URL(text);
  if (!decodes(url)) return BAD_ESCAPE;
  const isPlain = ![url.username, url.password].some((part) => hasControls(decodeURIComponent(part)));
  return isPlain ? null : 'has a line break or another control character in its user or password: leave it out';
}

/** Mails are made of lines: what has a break in it says more, or something else, than was meant. */
export function hasControls(text: string): boolean {
  return /[\p{Cc}\u2028\u2029]/u.test(text);
}

function decodes({ username, password, pathname }: URL): boolean {
  try {
    for (const part of [username, password, pathname]) decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}

/** What would silently be another file than the one that was meant, and so an empty ledger. */
export function problemOfSqliteFile(file: string): string | null {
  if (file.startsWith(':memory:')) return 'must be a file: the ledger has a connection of its own, and memory cannot be shared';
  if (file.trim() !== file) return 'has spaces around the name of the file: leave them out';
  if (file.includes('?')) return 'must be the name of a file and nothing else: "?" and options are not understood';
  return file.startsWith('~') ? 'begins with a ~, which only a shell understands: write the whole path' : null;
}
