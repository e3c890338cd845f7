/** What a provider says is shown to users and kept: without our secrets, its address, and without end. */
import type { Channel } from '../routing/catalog';

const MESSAGE_MAX = 500;
/** Shorter secrets are words, and replacing them would garble the message. */
const SECRET_MIN = 6;
const HIDDEN = '…';
const HIGH_SURROGATE = /[\uD800-\uDBFF]/;

/** In this order: a URL is hidden before the address inside it. */
const PATTERNS: readonly RegExp[] = [
  /\b(?:https?|wss?):\/\/[^\s"'<>]+/gi,
  /\bbearer\s+[^\s"',;]+/gi,
  /\bsk-[\w*.…-]{2,}/g,
  /\b(?:org|proj)[-_][A-Za-z0-9]{8,}/g,
  /\bAIza[\w-]{8,}/g,
  /\bproject_number:\d+|\bprojects\/[\w-]+/g,
  /\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b/g,
];

/** A provider's message without the channel's key and host, without what looks like a secret or an address, clipped to 500. */
export function scrubbed(message: string, channel: Pick<Channel, 'apiKey' | 'baseUrl'>): string {
  let text = message.slice(0, MESSAGE_MAX * 8);
  const { host, hostname } = new URL(channel.baseUrl);
  if (channel.apiKey.length >= SECRET_MIN) text = text.replaceAll(channel.apiKey, HIDDEN);
  for (const pattern of PATTERNS) text = text.replace(pattern, HIDDEN);
  text = text.replaceAll(host, HIDDEN).replaceAll(hostname, HIDDEN);
  return clipped(text.trim(), MESSAGE_MAX);
}

/** At most `length` characters, without half a character at the end. */
export function clipped(text: string, length: number): string {
  if (text.length <= length) return text;
  const half = HIGH_SURROGATE.test(text.charAt(length - 2));
  return text.slice(0, half ? length - 2 : length - 1) + HIDDEN;
}
