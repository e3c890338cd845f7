/** Reads the content of chat messages: a text, or parts of text and media. */
import type { JsonRecord } from '../json';
import type { AudioPart, DocumentPart, ImagePart, MediaSource, TextPart, UserPart } from './conversation';
import { thoughtIn } from './thought-parts';
import { always, checkMembers, type Idle, is, listIn, optionalText, recordIn, textIn, unsayable } from './unsayable';

/** The end of what is to be kept, as agents mark it for Claude, and as OpenAI's own models take it. Read for all parts together: `keepPrompt`. */
export const CACHE_MARKS = ['cache_control', 'prompt_cache_breakpoint'] as const;

/** `type;base64,` behind `data:`; parameters between them change nothing. */
const DATA_URL = /^data:([^;,]+)(?:;[^;,]+)*;base64,/;

/** What clients put beside the text of an earlier answer (the Agents SDK of OpenAI does): the message that it stands in says it too. */
const ECHOES: Idle = Object.fromEntries(
  [
    ...['role', 'refusal', 'annotations', 'tool_calls', 'reasoning_content', 'reasoning', 'reasoning_details', 'extra_content'],
    ...['parsed', 'logprobs'],
  ].map((name) => [name, always]),
);

export function contentParts(content: unknown, path: string, beside: Idle = {}): UserPart[] {
  if (typeof content === 'string') return textOf(content);
  return listIn(content, path).flatMap((part, index) => partOf(recordIn(part, `${path}[${index}]`), `${path}[${index}]`, beside));
}

/** Of an earlier answer, beside its thoughts. @throws Unsayable for a part that is no text */
export function answerTexts(content: unknown, path: string): TextPart[] {
  return textParts(Array.isArray(content) ? content.filter((part) => thoughtIn(part) === null) : content, path, ECHOES);
}

/** @throws Unsayable for a part that is no text */
export function textParts(content: unknown, path: string, beside: Idle = {}): TextPart[] {
  return contentParts(content, path, beside).map((part, index) => {
    if (part.kind !== 'text') throw unsayable(`${path}[${index}].type`, 'must be text there');
    return part;
  });
}

/** An empty text says nothing, and some providers refuse it. */
function textOf(text: string): TextPart[] {
  return text === '' ? [] : [{ kind: 'text', text }];
}

function partOf(part: JsonRecord, path: string, beside: Idle): UserPart[] {
  switch (part['type']) {
    case 'text':
      checkMembers(part, path, new Set(['type', 'text', ...CACHE_MARKS]), beside);
      return textOf(textIn(part['text'], `${path}.text`));
    case 'refusal':
      checkMembers(part, path, new Set(['type', 'refusal']));
      return textOf(textIn(part['refusal'], `${path}.refusal`));
    case 'image_url':
      return [imageOf(part, path)];
    case 'input_audio':
      return [audioOf(part, path)];
    case 'file':
      return [fileOf(part, path)];
    default:
      throw unsayable(`${path}.type`);
  }
}

/** Nobody else has a picture as large as it came: as much of it as can be seen there. */
const DETAILS: Readonly<Record<string, ImagePart['detail']>> = { low: 'low', high: 'high', original: 'high' };

function imageOf(part: JsonRecord, path: string): ImagePart {
  checkMembers(part, path, new Set(['type', 'image_url', ...CACHE_MARKS]));
  const image = recordIn(part['image_url'], `${path}.image_url`);
  checkMembers(image, `${path}.image_url`, new Set(['url']), { detail: is('auto', ...Object.keys(DETAILS)) });
  const detail = DETAILS[String(image['detail'])] ?? null;
  const source = sourceOf(textIn(image['url'], `${path}.image_url.url`), `${path}.image_url.url`);
  return { kind: 'image', source, detail };
}

function audioOf(part: JsonRecord, path: string): AudioPart {
  checkMembers(part, path, new Set(['type', 'input_audio', ...CACHE_MARKS]));
  const audio = recordIn(part['input_audio'], `${path}.input_audio`);
  checkMembers(audio, `${path}.input_audio`, new Set(['data', 'format']));
  const format = textIn(audio['format'], `${path}.input_audio.format`);
  const data = textIn(audio['data'], `${path}.input_audio.data`);
  return { kind: 'audio', source: { kind: 'base64', mediaType: `audio/${format}`, data } };
}

function fileOf(part: JsonRecord, path: string): DocumentPart {
  checkMembers(part, path, new Set(['type', 'file', ...CACHE_MARKS]));
  const file = recordIn(part['file'], `${path}.file`);
  checkMembers(file, `${path}.file`, new Set(['file_data', 'filename']));
  const name = optionalText(file['filename'], `${path}.file.filename`);
  return { kind: 'document', source: sourceOf(textIn(file['file_data'], `${path}.file.file_data`), `${path}.file.file_data`), name };
}

/** @throws Unsayable for a `data:` URL that is not base64 */
function sourceOf(url: string, path: string): MediaSource {
  if (!url.startsWith('data:')) return { kind: 'url', url };
  const head = DATA_URL.exec(url);
  if (head === null) throw unsayable(path, 'must be in base64 there');
  return { kind: 'base64', mediaType: head[1] ?? '', data: url.slice(head[0].length) };
}
