/** Reads images and documents of Anthropic's Messages. */
import type { JsonRecord } from '../json';
import type { DocumentPart, ImagePart, MediaSource } from './conversation';
import { always, checkMembers, optionalText, recordIn, textIn, unsayable } from './unsayable';

const IMAGE: ReadonlySet<string> = new Set(['type', 'source']);
const DOCUMENT: ReadonlySet<string> = new Set(['type', 'source', 'title']);
const isUncited = (value: unknown) => (value as { enabled?: unknown }).enabled !== true;

export function imageOf(block: JsonRecord, at: string): ImagePart {
  checkMembers(block, at, IMAGE, { cache_control: always });
  return { kind: 'image', source: sourceOf(recordIn(block['source'], `${at}.source`), `${at}.source`), detail: null };
}

export function documentOf(block: JsonRecord, at: string): DocumentPart {
  checkMembers(block, at, DOCUMENT, { cache_control: always, citations: isUncited });
  const source = recordIn(block['source'], `${at}.source`);
  const name = optionalText(block['title'], `${at}.title`);
  if (source['type'] !== 'text') return { kind: 'document', source: sourceOf(source, `${at}.source`), name };
  return { kind: 'document', source: { kind: 'text', text: textIn(source['data'], `${at}.source.data`) }, name };
}

function sourceOf(source: JsonRecord, at: string): MediaSource {
  switch (source['type']) {
    case 'base64':
      return { kind: 'base64', mediaType: textIn(source['media_type'], `${at}.media_type`), data: textIn(source['data'], `${at}.data`) };
    case 'url':
      return { kind: 'url', url: textIn(source['url'], `${at}.url`) };
    default:
      throw unsayable(`${at}.type`);
  }
}
