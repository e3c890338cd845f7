/** What a provider says is shown to users and kept: without our secrets, its address, and without end. */
import { isIP } from 'node:net';
import { clipped } from '../kernel/shown';
import type { Channel } from '../routing/catalog';
import { withoutSecret } from './scrub-secret';

const MESSAGE_MAX = 500;
const HIDDEN = '…';

/** In this order: a URL is hidden before the address inside it. */
const PATTERNS: readonly RegExp[] = [
  /\b(?:https?|wss?):\/\/[^\s"'<>]+/gi,
  /\b(?:bearer|basic)\s+(?=[^\s"',;]*[\d*=])[^\s"',;]+/gi,
  /\bbearer\s+[^\s"',;]+/gi,
  /(?<=\bapi[-_ ]?key(?:\s+provided)?["']?\s*[:=]\s*["']?)(?=\S*[\d*])[^\s"',;]{6,}/gi,
  // Keys that tell their kind by how they begin, and signed tokens.
  /\b(?:sk|pk|rk)-[\w*.…-]{2,}/gi,
  /\b(?:AIza[\w-]{20,}|AKIA[A-Z0-9]{12,}|gh[a-z]_\w{20,}|xox[a-z]-[\w-]{10,}|ya29\.[\w-]{10,}|eyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?)/g,
  // Whose account it is.
  /\b(?:org|proj)[-_][A-Za-z0-9]{8,}/gi,
  /\b(?:user|acct|team|tenant|workspace|wrkspc|account)[-_](?=[A-Za-z]*\d)[A-Za-z0-9]{8,}/gi,
  /(?<=\b(?:organi[sz]ation|project|account|tenant|workspace|subscription|team)s?(?:[ _-]?(?:id|number))?["']?[\s:=#/"'(]{1,4})(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}|\d{6,})/gi,
  /\barn:[\w-]+:[^\s"'<>]+/gi,
  // Where it is, in the words of machines.
  /\b(?:[\w-]+\.)+(?:internal|local|lan|localdomain|intranet|svc|home\.arpa)\b(?::\d+)?/gi,
  /\blocalhost(?:\.localdomain)?(?::\d+)?\b/gi,
  /\b(?:[a-z0-9-]+\.)+[a-z0-9-]+:\d{2,5}\b/gi,
  /\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b/g,
];
/** May be an IPv6 address; whether it is one, `isIP` says. */
const COLONS = /(?<!\w)\[?[0-9a-f]*:[0-9a-f:.]*[0-9a-f:](?:%\w+)?(?:\]:\d+|\])?(?!\w)/gi;

/** A provider's message without the channel's keys and host, without what looks like a secret or an address, clipped to 500. */
export function scrubbed(message: string, channel: Pick<Channel, 'apiKey' | 'apiKeys' | 'baseUrl'>): string {
  let text = message.slice(0, MESSAGE_MAX * 8);
  // The longest first: one may be the beginning of another.
  for (const secret of [...(channel.apiKeys ?? [channel.apiKey])].sort((a, b) => b.length - a.length)) {
    text = withoutSecret(text, secret, HIDDEN);
  }
  text = text.replace(COLONS, (found) => (isAddress(found) ? HIDDEN : found));
  for (const pattern of PATTERNS) text = text.replace(pattern, HIDDEN);
  return clipped(text.replace(hostPattern(channel.baseUrl), HIDDEN).trim(), MESSAGE_MAX);
}

function isAddress(found: string): boolean {
  const bare = found.replace(/^\[|\](?::\d+)?$/g, '');
  return isIP(bare) === 6 && bare.length > 2;
}

/** The host, in any case, and every other one of the same domain. */
function hostPattern(baseUrl: string): RegExp {
  const { hostname } = new URL(baseUrl);
  const domain = isIP(hostname.replace(/^\[|\]$/g, '')) === 0 ? hostname.split('.').slice(-2).join('.') : hostname;
  const name = domain.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(?<![\\w-])(?:[\\w-]+\\.)*${name}(?::\\d+)?(?![\\w-])`, 'gi');
}
