/** Providers that speak OpenAI's protocol: `POST {baseUrl}/chat/completions` and its like. */
import type { AnswerReceiver, AskedOfUpstream, Operation, Upstream, UpstreamCall, UpstreamExchange } from '../../attempts/upstream';
import { channelSender, type UpstreamMeans } from '../channel-sender';
import { WholeAnswerReader } from '../whole-answer';
import { conversedBody, conversedReader, lackOfMessages } from './conversed';
import { OPENAI_ENDPOINTS } from './endpoints/all-endpoints';
import { lackOfLongCaches } from './long-cache';
import { encodedBody } from './request-body';

const OPERATIONS: ReadonlySet<Operation> = new Set([...(Object.keys(OPENAI_ENDPOINTS) as Operation[]), 'messages']);
/** Where conversations go that came in another shape. */
const CONVERSED_PATH = '/chat/completions';
const JSON_TYPE = 'application/json';
const EVENTS_TYPE = 'text/event-stream';

function lackOf(asked: AskedOfUpstream): string | null {
  if (asked.operation === 'messages') return lackOfMessages(asked);
  return asked.operation === 'chat' ? lackOfLongCaches(asked.body.json) : null;
}

export function createOpenAiUpstream(means: UpstreamMeans): Upstream {
  const send = channelSender(means, (secret) => ['authorization', `Bearer ${secret}`]);
  return {
    operations: OPERATIONS,
    cannot: lackOf,
    send(call: UpstreamCall, receiver: AnswerReceiver): UpstreamExchange {
      const { channel, stream } = call;
      const endpoint = OPENAI_ENDPOINTS[call.operation];
      const accept = stream ? (endpoint?.streamAccept ?? EVENTS_TYPE) : JSON_TYPE;
      if (endpoint === undefined) {
        const sent = { path: CONVERSED_PATH, contentType: JSON_TYPE, accept, body: conversedBody(call) };
        return send(channel, sent, conversedReader(call, receiver, Math.floor(means.clock.now() / 1_000)));
      }
      const { contentType, body } = encodedBody(call, endpoint);
      const sent = { path: endpoint.path, contentType, accept, body };
      const reader = (stream ? endpoint.readStream?.(channel, receiver, call) : undefined) ?? endpoint.readWhole?.(channel, receiver, call);
      return send(channel, sent, reader ?? new WholeAnswerReader(channel, receiver, endpoint.understand, endpoint.errorOf));
    },
  };
}
