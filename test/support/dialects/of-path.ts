import { chat } from './chat';
import type { Dialect } from './dialect';
import { gemini } from './gemini';
import { messages } from './messages';
import { responses } from './responses';

/** The dialect that a path belongs to; all others are answered as chat completions. */
export function dialectOf(path: string): Dialect {
  if (path.endsWith('/responses')) return responses;
  if (path.endsWith('/messages')) return messages;
  return path.includes(':') ? gemini : chat;
}
