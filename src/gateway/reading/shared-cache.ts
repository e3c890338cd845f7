/** What requests have in common that are served best from the prompt cache of one channel. */

import type { Shared } from '../../routing/arrange-steps';
import type { Stickiness } from '../../routing/catalog';
import type { Json } from '../endpoints/endpoint';

/** So much of the beginning of a prompt tells which cache it belongs to. */
const PREFIX_LENGTH = 1_024;

/**
 * null: nothing is asked to be kept together, and each request is drawn. A client that sends `prompt_cache_key` asks for it
 * whatever the route says; where the route does, its key or the beginning of the prompt stands in for it.
 */
export function sharedBy(sticky: Stickiness | undefined, keyId: string, json: Json): Shared | null {
  const cacheKey = json['prompt_cache_key'];
  if (typeof cacheKey === 'string' && cacheKey !== '') return { value: `${keyId}\n${cacheKey}`, name: 'its prompt_cache_key' };
  if (sticky === undefined) return null;
  if (sticky === 'prefix') {
    const beginning = beginningOf(json);
    if (beginning !== '') return { value: beginning, name: 'the beginning of its prompt' };
  }
  const { user } = json;
  if (typeof user === 'string' && user !== '') return { value: `${keyId}\n${user}`, name: 'its user' };
  return { value: keyId, name: 'its API key' };
}

/** The instructions, or the first message; empty where neither is text. */
function beginningOf(json: Json): string {
  for (const name of ['system', 'instructions', 'messages', 'input', 'prompt']) {
    const text = textIn(json[name]);
    if (text !== '') return text.slice(0, PREFIX_LENGTH);
  }
  return '';
}

/** The first text in a text, a list of parts, or a list of messages. */
function textIn(value: unknown, depth = 0): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null || depth > 4) return '';
  if (Array.isArray(value)) return textIn(value[0], depth + 1);
  const { content, text } = value as Record<string, unknown>;
  return textIn(content ?? text, depth + 1);
}
