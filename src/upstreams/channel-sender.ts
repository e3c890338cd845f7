/** What the adapters of all protocols have in common when they send: where the requests of a channel go, and which headers they all have. */
import type { Dispatcher } from 'undici';
import type { UpstreamExchange } from '../attempts/upstream';
import type { Clock } from '../kernel/clock';
import type { Channel } from '../routing/catalog';
import { type AnswerReader, HttpExchange } from './http-exchange';

/** What an adapter is made with. */
export interface UpstreamMeans {
  dispatcherFor(channel: Channel): Dispatcher;
  readonly clock: Clock;
}

/** One request, as its protocol makes it. */
export interface Sent {
  /** Behind that of the channel's address. */
  readonly path: string;
  readonly contentType: string;
  readonly accept: string;
  readonly body: string | Buffer;
  /** Names and values in turn, beside those that all requests have. */
  readonly headers?: readonly string[];
}

export type ChannelSender = (channel: Channel, sent: Sent, reader: AnswerReader) => UpstreamExchange;

interface Target {
  readonly origin: string;
  readonly basePath: string;
  readonly headers: readonly string[];
}

/** `headersFor`: those with which a protocol tells the secret of a channel that has one. */
export function channelSender({ dispatcherFor, clock }: UpstreamMeans, headersFor: (secret: string) => readonly string[]): ChannelSender {
  // Worked out once for each snapshot of the catalog.
  const targets = new WeakMap<Channel, Target>();
  const targetFor = (channel: Channel): Target => {
    const known = targets.get(channel);
    if (known !== undefined) return known;
    const target = targetOf(channel, headersFor);
    targets.set(channel, target);
    return target;
  };
  return (channel, { path, contentType, accept, body, headers = [] }, reader) => {
    const target = targetFor(channel);
    const request = {
      dispatcher: dispatcherFor(channel),
      origin: target.origin,
      path: target.basePath + path,
      headers: [...target.headers, 'content-type', contentType, 'accept', accept, ...headers],
      body,
      timeouts: channel.timeouts,
      secret: channel.apiKey,
      otherSecrets: channel.apiKeys,
    };
    return new HttpExchange(request, reader, clock);
  };
}

/** Nothing that the client sent in its headers reaches the provider. */
function targetOf({ baseUrl, apiKey }: Channel, headersFor: (secret: string) => readonly string[]): Target {
  const url = new URL(baseUrl);
  return {
    origin: url.origin,
    basePath: url.pathname.replace(/\/+$/, ''),
    headers: ['accept-encoding', 'identity', 'user-agent', 'tokens-forge', ...(apiKey === '' ? [] : headersFor(apiKey))],
  };
}
