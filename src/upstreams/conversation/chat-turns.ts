/** Reads the messages of a chat completion request. */
import { type JsonRecord, recordOf } from '../json';
import { answerTexts, contentParts, textParts } from './chat-parts';
import type { AssistantPart, ReasoningPart, TextPart, ToolCallPart, Turn, UserPart } from './conversation';
import { thoughtIn } from './thought-parts';
import { Turns } from './turns';
import { checkMembers, optionalList, optionalText, recordIn, SAY_TOOLS, textIn, unsayable } from './unsayable';

/** Marks for a cache are read for all messages together: `keepPrompt`. */
const SAID: ReadonlySet<string> = new Set(['role', 'content', 'name', 'cache_control']);
const RESULT: ReadonlySet<string> = new Set(['role', 'content', 'tool_call_id', 'name', 'cache_control']);
const ANSWERED: ReadonlySet<string> = new Set([
  ...['role', 'content', 'refusal', 'tool_calls', 'reasoning_content', 'reasoning', 'reasoning_details'],
  // What an answer said beside its text, and what an SDK made of it: nothing of it is for the model. What is extra stands at the calls.
  ...['annotations', 'parsed', 'extra_content'],
  // Of the agent that it answered as. Put into its text, a model would begin the next answer with one.
  ...['name', 'cache_control'],
]);
const CALL: ReadonlySet<string> = new Set(['id', 'type', 'index', 'function', 'extra_content', 'cache_control']);
/** What OpenAI's own SDK puts beside the arguments when it parses them, and sends back. */
const FUNCTION: ReadonlySet<string> = new Set(['name', 'arguments', 'parsed_arguments']);

export function chatTurns(messages: readonly unknown[]): { readonly system: readonly string[]; readonly turns: readonly Turn[] } {
  const system: string[] = [];
  const turns = new Turns();
  messages.forEach((each, index) => {
    const path = `messages[${index}]`;
    const message = recordIn(each, path);
    if (message['role'] === 'system' || message['role'] === 'developer') {
      checkMembers(message, path, SAID);
      const texts = named(message, textParts(message['content'], `${path}.content`), path).map(({ text }) => text);
      // Moved to the front it would speak of what had not been said yet.
      if (turns.isEmpty) system.push(...texts);
      else turns.user(texts.map((text) => ({ kind: 'instruction', text })));
      return;
    }
    takeTurn(turns, message, path);
  });
  return { system, turns: turns.list };
}

function takeTurn(turns: Turns, message: JsonRecord, path: string): void {
  switch (message['role']) {
    case 'user':
      checkMembers(message, path, SAID);
      return turns.user(named(message, contentParts(message['content'], `${path}.content`), path));
    case 'assistant':
      checkMembers(message, path, ANSWERED);
      return turns.assistant(answerParts(message, path));
    case 'tool': {
      checkMembers(message, path, RESULT);
      const callId = textIn(message['tool_call_id'], `${path}.tool_call_id`);
      const name = optionalText(message['name'], `${path}.name`);
      return turns.user([turns.result(callId, name, textParts(message['content'], `${path}.content`), false)]);
    }
    default:
      throw unsayable(`${path}.role`, message['role'] === 'function' ? SAY_TOOLS : undefined);
  }
}

/** Who says it stands before it: there is no other place for it. */
function named<P extends UserPart>({ name: sent }: JsonRecord, parts: readonly P[], path: string): readonly (P | TextPart)[] {
  const name = optionalText(sent, `${path}.name`) ?? '';
  const [first, ...rest] = parts;
  if (name === '' || first === undefined) return parts;
  if (first.kind === 'text') return [{ kind: 'text', text: `${name}: ${first.text}` }, ...rest];
  return [{ kind: 'text', text: `${name}:` }, ...parts];
}

function answerParts(message: JsonRecord, path: string): AssistantPart[] {
  const { content, refusal } = message;
  const said = content === undefined || content === null ? [] : answerTexts(content, `${path}.content`);
  const refused = optionalText(refusal, `${path}.refusal`);
  const calls = optionalList(message['tool_calls'], `${path}.tool_calls`);
  return [
    ...reasoningParts(message, path),
    ...said,
    ...(refused === null || refused === '' ? [] : [{ kind: 'text' as const, text: refused }]),
    ...calls.map((each, index) => callOf(each, `${path}.tool_calls[${index}]`)),
  ];
}

/** With its signatures where the client kept them: `reasoning_details`, as `chat-answer.ts` writes them; some keep them at the text. */
function reasoningParts(message: JsonRecord, path: string): ReasoningPart[] {
  const { content } = message;
  const kept = Array.isArray(content) ? content.map((part) => recordOf(part)['reasoning_details']).find(Array.isArray) : undefined;
  const details = optionalList(message['reasoning_details'] ?? kept, `${path}.reasoning_details`);
  if (details.length > 0) return details.map((each, index) => detailOf(recordIn(each, `${path}.reasoning_details[${index}]`)));
  const told = optionalText(message['reasoning_content'] ?? message['reasoning'], `${path}.reasoning_content`);
  const text = told ?? (Array.isArray(content) ? content.map((part) => thoughtIn(part) ?? '').join('') : '');
  return text === '' ? [] : [{ kind: 'reasoning', text, signature: null, redacted: null }];
}

function detailOf({ type, text, signature, data }: JsonRecord): ReasoningPart {
  const own = (value: unknown) => (typeof value === 'string' && value !== '' ? value : null);
  const redacted = type === 'reasoning.encrypted' ? own(data) : null;
  return { kind: 'reasoning', text: own(text) ?? '', signature: own(signature), redacted };
}

function callOf(value: unknown, path: string): ToolCallPart {
  const call = recordIn(value, path);
  checkMembers(call, path, CALL);
  if (call['type'] !== 'function' && call['type'] !== undefined) throw unsayable(`${path}.type`);
  const made = recordIn(call['function'], `${path}.function`);
  checkMembers(made, `${path}.function`, FUNCTION);
  return {
    kind: 'tool-call',
    id: textIn(call['id'], `${path}.id`),
    name: textIn(made['name'], `${path}.function.name`),
    argumentsText: textIn(made['arguments'], `${path}.function.arguments`),
    signature: signatureIn(call['extra_content'], `${path}.extra_content`),
  };
}

const EXTRA: ReadonlySet<string> = new Set(['google']);
const GOOGLE: ReadonlySet<string> = new Set(['thought_signature']);

/** Where Google's own compatible endpoint puts the signature of a thought. */
function signatureIn(value: unknown, path: string): string | null {
  if (value === undefined || value === null) return null;
  const extra = recordIn(value, path);
  checkMembers(extra, path, EXTRA);
  const google = recordIn(extra['google'], `${path}.google`);
  checkMembers(google, `${path}.google`, GOOGLE);
  return optionalText(google['thought_signature'], `${path}.google.thought_signature`);
}
