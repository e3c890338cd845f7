/**
 * Thoughts as a part of the content, as Mistral tells them: `{ "type": "thinking", "thinking": [{ "type": "text", "text": … }] }`
 * (https://docs.mistral.ai/capabilities/reasoning, `ThinkChunk` of its API reference).
 */
import { recordOf, textOf } from '../json';

/** null: the part is none of thoughts. */
export function thoughtIn(part: unknown): string | null {
  const { type, thinking } = recordOf(part);
  if (type !== 'thinking') return null;
  return Array.isArray(thinking) ? thinking.map((piece) => textOf(recordOf(piece)['text'])).join('') : textOf(thinking);
}
