import type { JsonRecord } from '../../json';
import type { Understood } from '../../whole-answer';
import { TranscriptReader } from '../transcript-reader';
import { TypedEventReader, type TypedEvents } from '../typed-event-reader';
import { readTranscriptUsage } from '../usage';
import { modelOf, type OpenAiEndpoint } from './openai-endpoint';

/** Asked for in place of bare text, which has no place for a usage; the client gets the text of it. */
const AS_JSON: ReadonlyMap<string, string> = new Map([['response_format', 'json']]);
const UNCHANGED: ReadonlyMap<string, string> = new Map();

export const transcriptions: OpenAiEndpoint = {
  path: '/audio/transcriptions',
  edits: ({ body }) => (body.json['response_format'] === 'text' ? AS_JSON : UNCHANGED),
  understand,
  readStream: (channel, receiver) => new TypedEventReader(channel, receiver, TRANSCRIPT_EVENTS),
  readWhole: (channel, receiver, { body }) => new TranscriptReader(channel, receiver, understand, body.json['response_format']),
};

function understand(json: JsonRecord): Understood | undefined {
  const { text } = json;
  return typeof text === 'string' ? { reportedModel: modelOf(json), usage: readTranscriptUsage(json), outputText: text } : undefined;
}

const TRANSCRIPT_EVENTS: TypedEvents = {
  closing: new Set(['transcript.text.done']),
  failing: new Set(['error']),
  named: false,
  modelOf: () => null,
  usageOf: readTranscriptUsage,
  errorOf: ({ error }) => error,
  textOf: ({ type, delta }) => (type === 'transcript.text.delta' && typeof delta === 'string' ? delta : ''),
  wholeTextOf: ({ text }) => (typeof text === 'string' ? text : ''),
  understand,
};
