/** What a call asks of Gemini: the method, the body, and how the answer is understood. */
import type { RequestBody, UpstreamCall } from '../../attempts/upstream';
import { invariant } from '../../kernel/invariant';
import type { Channel } from '../../routing/catalog';
import type { AnswerFrame, ClientShape, Conversing } from '../conversation/client-shape';
import { CLIENT_SHAPES } from '../conversation/client-shapes';
import type { ConversationReading, Inexpressible } from '../conversation/conversation';
import type { JsonRecord } from '../json';
import { geminiEmbeddings } from './embeddings';
import { type Understanding, understandAnswer } from './readers';
import { geminiRequest } from './request-body';

interface Wanted {
  readonly body: JsonRecord;
  /** How a whole answer is understood. */
  understand(channel: Channel, frame: AnswerFrame): Understanding;
}

export type Asked =
  | (Wanted & { readonly streamed: false; readonly method: 'generateContent' | 'batchEmbedContents' })
  | (Wanted & { readonly streamed: true; readonly method: 'streamGenerateContent'; readonly shape: ClientShape });

/** A body is read when it is planned for, and again when it is sent. */
const readings = new WeakMap<RequestBody, ConversationReading>();

/** What is sent for a call, or what of it cannot be. */
export function askedBy(
  call: Pick<UpstreamCall, 'operation' | 'body' | 'stream' | 'upstreamModel' | 'outputLimit'>,
): Asked | Inexpressible {
  const { operation, body, stream, upstreamModel, outputLimit } = call;
  if (operation === 'embeddings') return geminiEmbeddings(body.json, upstreamModel);
  invariant(operation === 'chat' || operation === 'messages', 'only what the adapter offers is asked of it');
  const shape = CLIENT_SHAPES[operation];
  const reading = readingOf(operation, body);
  if ('obstacle' in reading) return reading;
  const made = geminiRequest(reading.conversation, upstreamModel, outputLimit);
  if ('obstacle' in made) return made;
  const wanted: Wanted = {
    body: made.body,
    understand: (channel, frame) => understandAnswer(channel, (events) => shape.whole(events, frame)),
  };
  return stream
    ? { ...wanted, streamed: true, method: 'streamGenerateContent', shape }
    : { ...wanted, streamed: false, method: 'generateContent' };
}

function readingOf(operation: Conversing, body: RequestBody): ConversationReading {
  const known = readings.get(body);
  if (known !== undefined) return known;
  const reading = CLIENT_SHAPES[operation].read(body.json);
  readings.set(body, reading);
  return reading;
}
