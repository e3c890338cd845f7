/** What a call asks of Gemini: the method, the body, and how the answer is understood. */
import type { RequestBody, UpstreamCall } from '../../attempts/upstream';
import { invariant } from '../../kernel/invariant';
import { tokenCount } from '../../metering/usage';
import type { Conversing } from '../conversation/client-shape';
import { CLIENT_SHAPES } from '../conversation/client-shapes';
import type { ConversationReading, Inexpressible } from '../conversation/conversation';
import { MALFORMED } from '../failure';
import type { JsonRecord } from '../json';
import { GeminiDecoder } from './answer-decoder';
import { geminiEmbeddings } from './embeddings';
import { understandAnswer } from './readers';
import { geminiRequest } from './request-body';
import { resourceName } from './resource-name';
import type { Asked, Wanted } from './wanted';

/** A body is read when it is planned for, and again when it is sent. */
const readings = new WeakMap<RequestBody, ConversationReading>();

/** What is sent for a call, or what of it cannot be. */
export function askedBy(
  call: Pick<UpstreamCall, 'operation' | 'body' | 'stream' | 'upstreamModel' | 'outputLimit'>,
): Asked | Inexpressible {
  const { operation, body, stream, upstreamModel, outputLimit } = call;
  if (operation === 'embeddings') return geminiEmbeddings(body.json, upstreamModel);
  const isCount = operation === 'count-tokens';
  invariant(isCount || operation === 'chat' || operation === 'messages', 'only what the adapter offers is asked of it');
  const conversing = isCount ? 'messages' : operation;
  const shape = CLIENT_SHAPES[conversing];
  const reading = readingOf(conversing, body);
  if ('obstacle' in reading) return reading;
  const made = geminiRequest(reading.conversation, upstreamModel, outputLimit);
  if ('obstacle' in made) return made;
  if (isCount) return countOf(made.body, upstreamModel);
  const oneCall = reading.conversation.parallelToolCalls === false;
  const wanted: Wanted = {
    body: made.body,
    understand: (channel, frame) => understandAnswer(new GeminiDecoder(channel, oneCall), (events) => shape.whole(events, frame)),
  };
  if (stream) return { ...wanted, streamed: true, method: 'streamGenerateContent', shape, oneCall };
  return { ...wanted, streamed: false, method: 'generateContent' };
}

/** Counts the tokens of a request that is not made. It used nothing itself. */
function countOf(request: JsonRecord, upstreamModel: string): Asked {
  return {
    method: 'countTokens',
    streamed: false,
    body: { generateContentRequest: { model: resourceName(upstreamModel), ...request } },
    understand:
      () =>
      ({ totalTokens }) => {
        if (tokenCount(totalTokens) === undefined) return MALFORMED;
        return { reportedModel: null, usage: undefined, outputText: '', rewritten: JSON.stringify({ input_tokens: totalTokens }) };
      },
  };
}

/** The conversation in a body that was read before, or now. */
function readingOf(operation: Conversing, body: RequestBody): ConversationReading {
  const known = readings.get(body);
  if (known !== undefined) return known;
  const reading = CLIENT_SHAPES[operation].read(body.json);
  readings.set(body, reading);
  return reading;
}
