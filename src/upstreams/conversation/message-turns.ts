/** Reads the messages of Anthropic's Messages: texts, or blocks. */
import type { JsonRecord } from '../json';
import type { AssistantPart, TextPart, ToolResultPart, Turn, UserPart } from './conversation';
import { documentOf, imageOf } from './message-media';
import { Turns } from './turns';
import { always, checkMembers, is, isEmpty, listIn, optionalFlag, recordIn, textIn, unsayable } from './unsayable';

const CACHED = { cache_control: always };
const SAID: ReadonlySet<string> = new Set(['role', 'content']);
const TEXT: ReadonlySet<string> = new Set(['type', 'text']);

export function messageTurns(messages: readonly unknown[]): readonly Turn[] {
  const turns = new Turns();
  messages.forEach((each, index) => {
    const path = `messages[${index}]`;
    const message = recordIn(each, path);
    checkMembers(message, path, SAID);
    const { role, content } = message;
    if (role !== 'user' && role !== 'assistant' && role !== 'system') throw unsayable(`${path}.role`);
    const blocks = blocksOf(content, `${path}.content`);
    if (role === 'assistant') turns.assistant(blocks.flatMap(({ block, at }) => answeredBlock(block, at)));
    else if (role === 'user') turns.user(blocks.flatMap(({ block, at }) => saidBlock(turns, block, at)));
    else turns.user(plainTexts(content, `${path}.content`).map((text) => ({ kind: 'instruction', text })));
  });
  return turns.list;
}

/** A text, or blocks of text. @throws Unsayable for another block */
export function plainTexts(value: unknown, path: string): string[] {
  return blocksOf(value, path).flatMap(({ block, at }) => textBlock(block, at).map(({ text }) => text));
}

function blocksOf(content: unknown, path: string): readonly { readonly block: JsonRecord; readonly at: string }[] {
  if (typeof content === 'string') return [{ block: { type: 'text', text: content }, at: path }];
  return listIn(content, path).map((each, index) => ({ block: recordIn(each, `${path}[${index}]`), at: `${path}[${index}]` }));
}

/** An empty text says nothing. */
function textBlock(block: JsonRecord, at: string): TextPart[] {
  if (block['type'] !== 'text') throw unsayable(`${at}.type`, 'must be text there');
  checkMembers(block, at, TEXT, { ...CACHED, citations: isEmpty });
  const text = textIn(block['text'], `${at}.text`);
  return text === '' ? [] : [{ kind: 'text', text }];
}

function answeredBlock(block: JsonRecord, at: string): AssistantPart[] {
  switch (block['type']) {
    case 'text':
      return textBlock(block, at);
    case 'tool_use':
      checkMembers(block, at, new Set(['type', 'id', 'name', 'input']), { ...CACHED, caller: isDirect });
      return [
        {
          kind: 'tool-call',
          id: textIn(block['id'], `${at}.id`),
          name: textIn(block['name'], `${at}.name`),
          argumentsText: JSON.stringify(block['input'] ?? {}),
          signature: null,
        },
      ];
    case 'thinking':
      return [{ kind: 'reasoning', text: textIn(block['thinking'], `${at}.thinking`), signature: signatureOf(block), redacted: null }];
    case 'redacted_thinking':
      return [{ kind: 'reasoning', text: '', signature: null, redacted: textIn(block['data'], `${at}.data`) }];
    default:
      throw unsayable(`${at}.type`);
  }
}

function isDirect(value: unknown): boolean {
  return is('direct')((value as { type?: unknown }).type);
}

function signatureOf({ signature }: JsonRecord): string | null {
  return typeof signature === 'string' && signature !== '' ? signature : null;
}

function saidBlock(turns: Turns, block: JsonRecord, at: string): readonly UserPart[] {
  return block['type'] === 'tool_result' ? [resultOf(turns, block, at)] : shownBlock(block, at);
}

const RESULT: ReadonlySet<string> = new Set(['type', 'tool_use_id', 'content', 'is_error']);

function resultOf(turns: Turns, block: JsonRecord, at: string): ToolResultPart {
  checkMembers(block, at, RESULT, CACHED);
  const content = blocksOf(block['content'] ?? [], `${at}.content`).flatMap((each) => shownBlock(each.block, each.at));
  const isError = optionalFlag(block['is_error'], `${at}.is_error`) ?? false;
  return turns.result(textIn(block['tool_use_id'], `${at}.tool_use_id`), null, content, isError);
}

/** What a user may say, and a tool give back. */
function shownBlock(block: JsonRecord, at: string): ToolResultPart['content'] {
  switch (block['type']) {
    case 'text':
      return textBlock(block, at);
    case 'image':
      return [imageOf(block, at)];
    case 'document':
      return [documentOf(block, at)];
    default:
      throw unsayable(`${at}.type`);
  }
}
