/** Providers that speak OpenAI's protocol: `POST {baseUrl}/chat/completions` and its like. */
import type { Dispatcher } from 'undici';
import type { AnswerReceiver, Operation, Upstream, UpstreamCall, UpstreamExchange } from '../../attempts/upstream';
import type { Clock } from '../../kernel/clock';
import type { Channel } from '../../routing/catalog';
import { type AnswerReader, HttpExchange } from '../http-exchange';
import { WholeAnswerReader } from '../whole-answer';
import { conversedBody, conversedReader, lackOfMessages } from './conversed';
import { OPENAI_ENDPOINTS } from './endpoints/all-endpoints';
import { encodedBody } from './request-body';

export interface OpenAiUpstreamOptions {
  dispatcherFor(channel: Channel): Dispatcher;
  readonly clock: Clock;
}

/** Where the requests of a channel go, worked out once for each snapshot of the catalog. */
interface Target {
  readonly origin: string;
  readonly basePath: string;
  readonly search: string;
  readonly headers: readonly string[];
}

interface Sent {
  readonly contentType: string;
  readonly body: string | Buffer;
  readonly accept: string;
}

const OPERATIONS: ReadonlySet<Operation> = new Set([...(Object.keys(OPENAI_ENDPOINTS) as Operation[]), 'messages']);
/** Where conversations go that came in another shape. */
const CONVERSED_PATH = '/chat/completions';
const JSON_TYPE = 'application/json';
const EVENTS_TYPE = 'text/event-stream';

export function createOpenAiUpstream({ dispatcherFor, clock }: OpenAiUpstreamOptions): Upstream {
  const targets = new WeakMap<Channel, Target>();
  const targetFor = (channel: Channel): Target => {
    const known = targets.get(channel);
    if (known !== undefined) return known;
    const target = targetOf(channel);
    targets.set(channel, target);
    return target;
  };
  const exchange = (call: UpstreamCall, path: string, { contentType, body, accept }: Sent, reader: AnswerReader): UpstreamExchange => {
    const { channel } = call;
    const { origin, basePath, search, headers } = targetFor(channel);
    const request = {
      dispatcher: dispatcherFor(channel),
      origin,
      path: basePath + path + search,
      headers: [...headers, 'content-type', contentType, 'accept', accept],
      body,
      timeouts: channel.timeouts,
      secret: channel.apiKey,
      otherSecrets: channel.apiKeys,
    };
    return new HttpExchange(request, reader, clock);
  };
  return {
    operations: OPERATIONS,
    cannot: (asked) => (asked.operation === 'messages' ? lackOfMessages(asked) : null),
    send(call: UpstreamCall, receiver: AnswerReceiver): UpstreamExchange {
      const { channel, stream } = call;
      const endpoint = OPENAI_ENDPOINTS[call.operation];
      if (endpoint === undefined) {
        const sent = { contentType: JSON_TYPE, body: conversedBody(call), accept: stream ? EVENTS_TYPE : JSON_TYPE };
        return exchange(call, CONVERSED_PATH, sent, conversedReader(call, receiver, Math.floor(clock.now() / 1_000)));
      }
      const { contentType, body } = encodedBody(call, endpoint);
      const sent = { contentType, body, accept: stream ? (endpoint.streamAccept ?? EVENTS_TYPE) : JSON_TYPE };
      const readStream = stream ? endpoint.readStream : null;
      const reader = readStream?.(channel, receiver, call) ?? endpoint.readWhole?.(channel, call);
      return exchange(call, endpoint.path, sent, reader ?? new WholeAnswerReader(channel, endpoint.understand, endpoint.errorOf));
    },
  };
}

/** Nothing that the client sent in its headers reaches the provider. */
function targetOf({ baseUrl, apiKey }: Channel): Target {
  const url = new URL(baseUrl);
  const credential = apiKey === '' ? [] : ['authorization', `Bearer ${apiKey}`];
  return {
    origin: url.origin,
    basePath: url.pathname.replace(/\/+$/, ''),
    search: url.search,
    headers: ['accept-encoding', 'identity', 'user-agent', 'tokens-forge', ...credential],
  };
}
