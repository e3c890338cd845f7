/** What a call asks of Gemini: the method, the body, and how the answer is understood. */
import type { RequestBody, UpstreamCall } from '../../attempts/upstream';
import { invariant } from '../../kernel/invariant';
import type { Conversing } from '../conversation/client-shape';
import { CLIENT_SHAPES } from '../conversation/client-shapes';
import type { ConversationReading, Inexpressible } from '../conversation/conversation';
import { GeminiDecoder } from './answer-decoder';
import { geminiEmbeddings } from './embeddings';
import { understandAnswer } from './readers';
import { geminiRequest } from './request-body';
import type { Asked, Wanted } from './wanted';

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
  const oneCall = reading.conversation.parallelToolCalls === false;
  const wanted: Wanted = {
    body: made.body,
    understand: (channel, frame) => understandAnswer(new GeminiDecoder(channel, oneCall), (events) => shape.whole(events, frame)),
  };
  if (stream) return { ...wanted, streamed: true, method: 'streamGenerateContent', shape, oneCall };
  return { ...wanted, streamed: false, method: 'generateContent' };
}

/** The conversation in a body that was read before, or now. */
function readingOf(operation: Conversing, body: RequestBody): ConversationReading {
  const known = readings.get(body);
  if (known !== undefined) return known;
  const reading = CLIENT_SHAPES[operation].read(body.json);
  readings.set(body, reading);
  return reading;
}
