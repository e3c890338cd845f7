/** What is wrong with the URL of a service, as the end of a sentence that begins with its variable; null: nothing, and its driver takes it. */

const MYSQL = 'must be sqlite:<file> or mysql://user:password@host:3306/database';
const REDIS = 'must be redis://host:port or rediss://host:port';
const MAIL = 'must be smtp://user:password@host:587 or smtps://user:password@host';
const BAD_ESCAPE = 'has a % that begins no escape: write it as %25';

export function problemOfMysqlUrl(text: string): string | null {
  if (!URL.canParse(text)) return MYSQL;
  const url = new URL(text);
  if (url.protocol !== 'mysql:' || url.hostname === '') return MYSQL;
  if (!decodes(url)) return BAD_ESCAPE;
  return /^\/[^/]+$/.test(url.pathname) ? null : 'must name a database at its end: mysql://host:3306/database';
}

export function problemOfRedisUrl(text: string): string | null {
  if (!/^rediss?:\/\/[^/\s]+/.test(text) || !URL.canParse(text)) return REDIS;
  const url = new URL(text);
  if (!decodes(url)) return BAD_ESCAPE;
  return /^(\/\d{0,9})?$/.test(url.pathname) ? null : 'must end in the number of a database, or in none: redis://host:port/0';
}

export function problemOfMailUrl(text: string): string | null {
  if (!/^smtps?:\/\/[^/\s]+$/.test(text) || !URL.canParse(text)) return MAIL;
  return decodes(new URL(text)) ? null : BAD_ESCAPE;
}

function decodes({ username, password, pathname }: URL): boolean {
  try {
    for (const part of [username, password, pathname]) decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}
