/** Providers that speak OpenAI's protocol: `POST {baseUrl}/chat/completions` and its like. */
import type { Dispatcher } from 'undici';
import type { AnswerReceiver, Operation, Upstream, UpstreamCall, UpstreamExchange } from '../../attempts/upstream';
import type { Clock } from '../../kernel/clock';
import type { Channel } from '../../routing/catalog';
import { HttpExchange } from '../http-exchange';
import { OPENAI_ENDPOINTS } from './endpoints/all-endpoints';
import { encodedBody } from './request-body';
import { WholeAnswerReader } from './whole-answer';

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

const OPERATIONS: ReadonlySet<Operation> = new Set(Object.keys(OPENAI_ENDPOINTS) as Operation[]);

export function createOpenAiUpstream({ dispatcherFor, clock }: OpenAiUpstreamOptions): Upstream {
  const targets = new WeakMap<Channel, Target>();
  const targetFor = (channel: Channel): Target => {
    const known = targets.get(channel);
    if (known !== undefined) return known;
    const target = targetOf(channel);
    targets.set(channel, target);
    return target;
  };
  return {
    operations: OPERATIONS,
    send(call: UpstreamCall, receiver: AnswerReceiver): UpstreamExchange {
      const { channel, stream } = call;
      const endpoint = OPENAI_ENDPOINTS[call.operation];
      const { origin, basePath, search, headers } = targetFor(channel);
      const readStream = stream ? endpoint.readStream : null;
      const { contentType, body } = encodedBody(call, endpoint);
      const accept = stream ? (endpoint.streamAccept ?? 'text/event-stream') : 'application/json';
      const request = {
        dispatcher: dispatcherFor(channel),
        origin,
        path: basePath + endpoint.path + search,
        headers: [...headers, 'content-type', contentType, 'accept', accept],
        body,
        timeouts: channel.timeouts,
        secret: channel.apiKey,
        otherSecrets: channel.apiKeys,
      };
      const reader = readStream?.(channel, receiver, call) ?? endpoint.readWhole?.(channel, call);
      return new HttpExchange(request, reader ?? new WholeAnswerReader(channel, endpoint.understand), clock);
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
