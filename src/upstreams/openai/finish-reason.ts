import { isRecord } from '../../kernel/record';
import type { JsonRecord } from '../json';

/** Why a choice has ended; null: it goes on. Some servers say that with an empty text in every chunk, or with the word for nothing. */
export function finishReason(value: unknown): string | null {
  return typeof value === 'string' && value !== '' && value !== 'null' ? value : null;
}

/** Words for an answer that broke off at its provider: of OpenRouter, Zhipu, SGLang, and DeepSeek (https://api-docs.deepseek.com/api/create-chat-completion). */
const BROKEN: ReadonlySet<unknown> = new Set(['error', 'network_error', 'abort', 'insufficient_system_resource']);

/**
 * The error of an answer, or of a chunk, whose model broke off in the middle: it reads as an end, and is none. OpenRouter tells the error
 * in the choice (https://openrouter.ai/docs/api/reference/overview). undefined: it did not.
 */
export function breakIn({ choices }: JsonRecord): JsonRecord | undefined {
  if (!Array.isArray(choices)) return undefined;
  const broken: unknown = choices.find((choice) => isRecord(choice) && BROKEN.has(choice['finish_reason']));
  if (!isRecord(broken)) return undefined;
  if (isRecord(broken['error'])) return broken['error'];
  return { message: `The provider broke off in the middle of its answer: finish_reason "${broken['finish_reason']}".` };
}
