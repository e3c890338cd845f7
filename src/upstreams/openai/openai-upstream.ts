/** Chat completions at providers that speak OpenAI's protocol: `POST {baseUrl}/chat/completions`. */
import type { Dispatcher } from 'undici';
import type { AnswerReceiver, Upstream, UpstreamCall, UpstreamExchange } from '../../attempts/upstream';
import type { Clock } from '../../kernel/clock';
import type { Channel } from '../../routing/catalog';
import { HttpExchange } from '../http-exchange';
import { requestBody } from './request-body';
import { StreamAnswerReader } from './stream-answer';
import { WholeAnswerReader } from './whole-answer';

export interface OpenAiUpstreamOptions {
  dispatcherFor(channel: Channel): Dispatcher;
  readonly clock: Clock;
}

/** Where the requests of a channel go, worked out once for each snapshot of the catalog. */
interface Target {
  readonly origin: string;
  readonly path: string;
  readonly headers: readonly string[];
}

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
    send(call: UpstreamCall, receiver: AnswerReceiver): UpstreamExchange {
      const { channel, stream } = call;
      const { origin, path, headers } = targetFor(channel);
      const reader = stream ? new StreamAnswerReader(channel, receiver) : new WholeAnswerReader(channel);
      const request = {
        dispatcher: dispatcherFor(channel),
        origin,
        path,
        headers: [...headers, 'accept', stream ? 'text/event-stream' : 'application/json'],
        body: requestBody(call),
        timeouts: channel.timeouts,
      };
      return new HttpExchange(request, reader, clock);
    },
  };
}

/** Nothing that the client sent in its headers reaches the provider. */
function targetOf({ baseUrl, apiKey }: Channel): Target {
  const url = new URL(baseUrl);
  const credential = apiKey === '' ? [] : ['authorization', `Bearer ${apiKey}`];
  return {
    origin: url.origin,
    path: `${url.pathname.replace(/\/+$/, '')}/chat/completions${url.search}`,
    headers: ['content-type', 'application/json', 'accept-encoding', 'identity', 'user-agent', 'tokens-forge', ...credential],
  };
}
