/** Providers that speak OpenAI's protocol: `POST {baseUrl}/chat/completions` and its like. */
import type { Dispatcher } from 'undici';
import type { AnswerReceiver, Operation, Upstream, UpstreamCall, UpstreamExchange } from '../../attempts/upstream';
import type { Clock } from '../../kernel/clock';
import type { Channel } from '../../routing/catalog';
import { HttpExchange } from '../http-exchange';
import { WholeAnswerReader } from '../whole-answer';
import { conversedBody, conversedReader, lackOfMessages } from './conversed';
import { OPENAI_ENDPOINTS } from './endpoints/all-endpoints';
import { requestBody } from './request-body';

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

const OPERATIONS: ReadonlySet<Operation> = new Set([...(Object.keys(OPENAI_ENDPOINTS) as Operation[]), 'messages']);
const CHAT_PATH = '/chat/completions';

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
    cannot: (asked) => (asked.operation === 'messages' ? lackOfMessages(asked) : null),
    send(call: UpstreamCall, receiver: AnswerReceiver): UpstreamExchange {
      const { channel, stream } = call;
      const { origin, basePath, search, headers } = targetFor(channel);
      const endpoint = OPENAI_ENDPOINTS[call.operation];
      const request = {
        dispatcher: dispatcherFor(channel),
        origin,
        path: basePath + (endpoint?.path ?? CHAT_PATH) + search,
        headers: [...headers, 'accept', stream ? 'text/event-stream' : 'application/json'],
        body: endpoint === undefined ? conversedBody(call) : requestBody(call, endpoint),
        timeouts: channel.timeouts,
        secret: channel.apiKey,
      };
      if (endpoint === undefined) return new HttpExchange(request, conversedReader(call, receiver, secondsOf(clock)), clock);
      const readStream = stream ? endpoint.readStream : null;
      return new HttpExchange(request, readStream?.(channel, receiver) ?? new WholeAnswerReader(channel, endpoint.understand), clock);
    },
  };
}

function secondsOf(clock: Clock): number {
  return Math.floor(clock.now() / 1_000);
}

/** Nothing that the client sent in its headers reaches the provider. */
function targetOf({ baseUrl, apiKey }: Channel): Target {
  const url = new URL(baseUrl);
  const credential = apiKey === '' ? [] : ['authorization', `Bearer ${apiKey}`];
  return {
    origin: url.origin,
    basePath: url.pathname.replace(/\/+$/, ''),
    search: url.search,
    headers: ['content-type', 'application/json', 'accept-encoding', 'identity', 'user-agent', 'tokens-forge', ...credential],
  };
}
