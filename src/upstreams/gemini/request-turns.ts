/** The turns of a conversation as Gemini's `contents`. */

import { shown } from '../../kernel/shown';
import type {
  AssistantPart,
  Conversation,
  DocumentPart,
  ImagePart,
  MediaSource,
  ToolCallPart,
  ToolResultPart,
  Turn,
  UserPart,
} from '../conversation/conversation';
import { reminderOf, textsOf, withMediaBehind } from '../conversation/stand-ins';
import { unsayable } from '../conversation/unsayable';
import { parseRecord } from '../json';

/** Sent where no signature came along: Google's own word for calls that were not made by the model that reads them. */
const UNSIGNED = 'skip_thought_signature_validator';
const IMAGES: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/webp', 'image/heic', 'image/heif']);

type Part = Readonly<Record<string, unknown>>;
export interface Content {
  readonly role: 'user' | 'model';
  readonly parts: readonly Part[];
}

/** `signed`: the model wants a signature with the calls of earlier turns. @throws Unsayable */
export function contentsOf({ turns }: Pick<Conversation, 'turns'>, signed: boolean): Content[] {
  const contents = turns.map((turn) => contentOf(turn, signed)).filter(({ parts }) => parts.length > 0);
  if (contents.length === 0) throw unsayable('messages', 'must have a turn of the user there');
  // Gemini answers to a turn; it does not go on with one that was begun for it.
  if (contents.at(-1)?.role === 'model') throw unsayable('messages', 'must end with a turn of the user there');
  return contents;
}

function contentOf(turn: Turn, signed: boolean): Content {
  if (turn.role === 'user') return { role: 'user', parts: withMediaBehind(turn.parts).flatMap(userParts) };
  return { role: 'model', parts: modelParts(turn.parts, signed) };
}

function userParts(part: UserPart): Part[] {
  switch (part.kind) {
    case 'text':
      return textParts(part.text);
    case 'instruction':
      return textParts(reminderOf(part.text));
    case 'image':
      return [imagePart(part)];
    case 'audio':
      return [inline(part.source, 'sound')];
    case 'document':
      return documentParts(part);
    case 'tool-result':
      return [resultPart(part)];
  }
}

/** An empty text says nothing, and Gemini takes none. */
function textParts(text: string): Part[] {
  return text === '' ? [] : [{ text }];
}

function imagePart({ source }: ImagePart): Part {
  const made = inline(source, 'a picture');
  if (source.kind === 'base64' && !IMAGES.has(source.mediaType)) {
    throw unsayable('messages', `cannot hold a picture of type ${shown(source.mediaType)} there: png, jpeg, webp, heic and heif are taken`);
  }
  return made;
}

/** The name of a file stands before it: there is no other place for it. */
function documentParts({ source, name }: DocumentPart): Part[] {
  if (source.kind === 'text') return textsOf(name, source.text).map(({ text }) => ({ text }));
  return [...(name === null ? [] : textParts(name)), inline(source, 'a document')];
}

function inline(source: MediaSource, what: string): Part {
  if (source.kind === 'url') throw unsayable('messages', `cannot hold ${what} by address there: send its bytes in base64`);
  return { inlineData: { mimeType: source.mediaType, data: source.data } };
}

function resultPart({ callId, name, content, isError }: ToolResultPart): Part {
  if (name === null) throw unsayable('messages', `must hold the call "${shown(callId)}" before its result there`);
  const texts = content.map((part) => (part.kind === 'text' ? part.text : ''));
  return { functionResponse: { id: callId, name, response: { [isError ? 'error' : 'output']: texts.join('\n') } } };
}

/** What was thought in earlier turns stays behind: it belongs to the model that thought it, and models do without. */
function modelParts(parts: readonly AssistantPart[], signed: boolean): Part[] {
  let first = true;
  return parts.flatMap((part) => {
    if (part.kind === 'text') return textParts(part.text);
    if (part.kind === 'reasoning') return [];
    const made = callPart(part, signed && first);
    first = false;
    return [made];
  });
}

/** The first of several calls is the one that Gemini signs. */
function callPart({ id, name, argumentsText, signature }: ToolCallPart, mustBeSigned: boolean): Part {
  const args = argumentsText.trim() === '' ? {} : parseRecord(argumentsText);
  if (args === undefined) throw unsayable('messages', `must hold arguments that are a JSON object there (call "${shown(id)}")`);
  const thoughtSignature = signature ?? (mustBeSigned ? UNSIGNED : null);
  return { functionCall: { id, name, args }, ...(thoughtSignature === null ? {} : { thoughtSignature }) };
}
