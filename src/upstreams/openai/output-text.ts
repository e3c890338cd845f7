/** All text that a model wrote in a message or in a delta: what a token count is made from when usage is missing. */
import { isRecord } from '../../kernel/record';
import { thoughtIn } from '../conversation/thought-parts';
import { type JsonRecord, recordOf, textOf } from '../json';

/** Content, reasoning, refusal, and the names and arguments of calls, one behind the other. */
export function outputTextOf(message: unknown): string {
  if (!isRecord(message)) return '';
  return (
    contentText(message['content']) +
    textOf(message['reasoning_content'] ?? message['reasoning']) +
    textOf(message['refusal']) +
    callsText(message['tool_calls']) +
    functionText(message['function_call']) +
    textOf(recordOf(message['audio'])['transcript'])
  );
}

function contentText(content: unknown): string {
  if (!Array.isArray(content)) return textOf(content);
  return content.map((part) => thoughtIn(part) ?? textOf(recordOf(part)['text'] ?? recordOf(part)['refusal'])).join('');
}

function callsText(calls: unknown): string {
  if (!Array.isArray(calls)) return '';
  return calls.map((call) => functionText(recordOf(call)['function']) + customText(recordOf(recordOf(call)['custom']))).join('');
}

function functionText(call: unknown): string {
  return isRecord(call) ? textOf(call['name']) + argumentsOf(call['arguments']) : '';
}

/** The JSON text that they are; some servers tell the object itself. */
export function argumentsOf(value: unknown): string {
  return isRecord(value) ? JSON.stringify(value) : textOf(value);
}

function customText(call: JsonRecord): string {
  return textOf(call['name']) + textOf(call['input']);
}
