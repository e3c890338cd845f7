/** Caches of a chat, whose bytes pass through: what other protocols are asked for instead would be billed here as it is said. */
import { type LongCache, longCacheAmong, longCacheIn } from '../../metering/cache-lifetimes';
import { type JsonRecord, recordOf } from '../json';

/** Why a chat cannot go out as it is; null: it can. */
export function lackOfLongCaches(json: JsonRecord): string | null {
  const { messages, tools } = json;
  const found = longCacheIn(json) ?? longCacheAmong(messages, 'messages') ?? longCacheAmong(tools, 'tools') ?? longCacheOfParts(messages);
  return found === undefined ? null : `${found.member} must be ${found.shortest} there: others are priced apart.`;
}

function longCacheOfParts(messages: unknown): LongCache | undefined {
  if (!Array.isArray(messages)) return undefined;
  for (const [index, message] of messages.entries()) {
    const content = recordOf(message)['content'];
    const found = typeof content === 'string' ? undefined : longCacheAmong(content, `messages[${index}].content`);
    if (found !== undefined) return found;
  }
  return undefined;
}
