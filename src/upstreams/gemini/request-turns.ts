/** The turns of a conversation as Gemini's `contents`. */
import type {
  AssistantPart,
  Conversation,
  DocumentPart,
  ImagePart,
  Inexpressible,
  MediaSource,
  ToolCallPart,
  ToolResultPart,
  Turn,
  UserPart,
} from '../conversation/conversation';
import { parseRecord } from '../json';

/** Sent where no signature came along: Google's own word for calls that were not made by the model that reads them. */
const UNSIGNED = 'skip_thought_signature_validator';
const IMAGES: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/webp', 'image/heic', 'image/heif']);

type Part = Readonly<Record<string, unknown>>;
export interface Content {
  readonly role: 'user' | 'model';
  readonly parts: readonly Part[];
}

/** Thrown inside the conversion, caught at its top: the request has something that Gemini cannot be asked for. */
export class Unsayable extends Error {
  readonly inexpressible: Inexpressible;
  constructor(obstacle: string) {
    super(obstacle);
    this.inexpressible = { obstacle };
  }
}

/** `signed`: the model wants a signature with the calls of earlier turns. @throws Unsayable */
export function contentsOf({ turns, dialect }: Pick<Conversation, 'turns' | 'dialect'>, signed: boolean): Content[] {
  const contents = turns.map((turn) => contentOf(turn, signed)).filter(({ parts }) => parts.length > 0);
  if (contents.length === 0) throw new Unsayable('`messages` has no turn of a user, and Gemini answers to one');
  const first = contents[0]?.role;
  if (first === 'model' && dialect === 'chat') throw new Unsayable('`messages` begins with the assistant, and Gemini begins with the user');
  return contents;
}

function contentOf(turn: Turn, signed: boolean): Content {
  if (turn.role === 'user') return { role: 'user', parts: turn.parts.flatMap(userParts) };
  return { role: 'model', parts: modelParts(turn.parts, signed) };
}

function userParts(part: UserPart): Part[] {
  switch (part.kind) {
    case 'text':
      return textParts(part.text);
    case 'image':
      return [imagePart(part)];
    case 'audio':
      return [inline(part.source, 'audio')];
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
  const made = inline(source, 'image');
  if (source.kind === 'base64' && !IMAGES.has(source.mediaType)) {
    throw new Unsayable(`a picture of type ${source.mediaType} has no place at Gemini, which takes png, jpeg, webp, heic and heif`);
  }
  return made;
}

/** The name of a file stands before it: there is no other place for it. */
function documentParts({ source, name }: DocumentPart): Part[] {
  const title = name === null ? [] : [{ text: name }];
  return [...title, ...(source.kind === 'text' ? textParts(source.text) : [inline(source, 'document')])];
}

function inline(source: MediaSource, what: string): Part {
  if (source.kind === 'url') throw new Unsayable(`an ${what} by address has no equivalent at Gemini: send its bytes`.replace('an d', 'a d'));
  return { inlineData: { mimeType: source.mediaType, data: source.data } };
}

/** Only texts: what else a tool gives would need a model that takes media as results. */
function resultPart({ callId, name, content, isError }: ToolResultPart): Part {
  if (name === null) throw new Unsayable(`the result of the call "${callId}" has no call before it, and Gemini wants the name of its tool`);
  const texts = content.map((part) => {
    if (part.kind !== 'text') throw new Unsayable(`a result of a tool that holds an ${part.kind} has no equivalent at Gemini`.replace('an d', 'a d'));
    return part.text;
  });
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
  if (args === undefined) throw new Unsayable(`the arguments of the call "${id}" have no equivalent at Gemini: they are no JSON object`);
  const thoughtSignature = signature ?? (mustBeSigned ? UNSIGNED : null);
  return { functionCall: { id, name, args }, ...(thoughtSignature === null ? {} : { thoughtSignature }) };
}
