/** Google's Generative Language API: `POST {baseUrl}/models/{model}:generateContent`, the base URL with its version. */
import type { Dispatcher } from 'undici';
import type { AnswerReceiver, AskedOfUpstream, Operation, Upstream, UpstreamCall, UpstreamExchange } from '../../attempts/upstream';
import type { Clock } from '../../kernel/clock';
import { invariant } from '../../kernel/invariant';
import type { Channel } from '../../routing/catalog';
import { type AnswerReader, HttpExchange } from '../http-exchange';
import { GeminiDecoder } from './answer-decoder';
import { askedBy } from './asked';
import { GeminiStreamReader, GeminiWholeReader } from './readers';
import { resourceName } from './resource-name';
import type { Asked } from './wanted';

export interface GeminiUpstreamOptions {
  dispatcherFor(channel: Channel): Dispatcher;
  readonly clock: Clock;
}

/** Where the requests of a channel go, worked out once for each snapshot of the catalog. */
interface Target {
  readonly origin: string;
  readonly basePath: string;
  readonly search: URLSearchParams;
  readonly headers: readonly string[];
}

const OPERATIONS: ReadonlySet<Operation> = new Set<Operation>(['chat', 'messages', 'count-tokens', 'embeddings']);

export function createGeminiUpstream({ dispatcherFor, clock }: GeminiUpstreamOptions): Upstream {
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
    cannot(asked: AskedOfUpstream): string | null {
      const request = askedBy({ ...asked, outputLimit: null });
      return 'obstacle' in request ? request.obstacle : null;
    },
    send(call: UpstreamCall, receiver: AnswerReceiver): UpstreamExchange {
      const { channel } = call;
      const asked = askedBy(call);
      invariant(!('obstacle' in asked), 'a step that cannot carry a request is passed over');
      const { origin, headers } = targetFor(channel);
      const request = {
        dispatcher: dispatcherFor(channel),
        origin,
        path: pathOf(targetFor(channel), call, asked),
        headers: [...headers, 'accept', asked.streamed ? 'text/event-stream' : 'application/json'],
        body: JSON.stringify(asked.body),
        timeouts: channel.timeouts,
        secret: channel.apiKey,
        otherSecrets: channel.apiKeys,
      };
      return new HttpExchange(request, readerOf(call, asked, receiver, Math.floor(clock.now() / 1000)), clock);
    },
  };
}

function readerOf({ channel, upstreamModel }: UpstreamCall, asked: Asked, receiver: AnswerReceiver, created: number): AnswerReader {
  const frame = { model: upstreamModel, created };
  if (asked.streamed) {
    return new GeminiStreamReader(channel, receiver, new GeminiDecoder(channel, asked.oneCall), asked.shape.stream(frame));
  }
  return new GeminiWholeReader(channel, asked.understand(channel, frame));
}

/** `search`: what the channel's own address has behind its question mark stays. The key is never there. */
function pathOf({ basePath, search }: Target, { upstreamModel }: UpstreamCall, { method, streamed }: Asked): string {
  const parameters = new URLSearchParams(search);
  if (streamed) parameters.set('alt', 'sse');
  const text = parameters.toString();
  return `${basePath}/${resourceName(upstreamModel).split('/').map(encodeURIComponent).join('/')}:${method}${text === '' ? '' : `?${text}`}`;
}

/** Nothing that the client sent in its headers reaches the provider. */
function targetOf({ baseUrl, apiKey }: Channel): Target {
  const url = new URL(baseUrl);
  const credential = apiKey === '' ? [] : ['x-goog-api-key', apiKey];
  return {
    origin: url.origin,
    basePath: url.pathname.replace(/\/+$/, ''),
    search: url.searchParams,
    headers: ['content-type', 'application/json', 'accept-encoding', 'identity', 'user-agent', 'tokens-forge', ...credential],
  };
}
