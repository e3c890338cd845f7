/** Google's Generative Language API: `POST {baseUrl}/models/{model}:generateContent`, the base URL with its version. */
import type { AnswerReceiver, AskedOfUpstream, Operation, Upstream, UpstreamCall, UpstreamExchange } from '../../attempts/upstream';
import { invariant } from '../../kernel/invariant';
import { channelSender, type UpstreamMeans } from '../channel-sender';
import type { AnswerReader } from '../http-exchange';
import { GeminiDecoder } from './answer-decoder';
import { askedBy } from './asked';
import { GeminiStreamReader, GeminiWholeReader } from './readers';
import { resourceName } from './resource-name';
import type { Asked } from './wanted';

const OPERATIONS: ReadonlySet<Operation> = new Set<Operation>(['chat', 'messages', 'count-tokens', 'embeddings']);

export function createGeminiUpstream(means: UpstreamMeans): Upstream {
  const send = channelSender(means, (secret) => ['x-goog-api-key', secret]);
  return {
    operations: OPERATIONS,
    cannot(asked: AskedOfUpstream): string | null {
      const request = askedBy({ ...asked, outputLimit: null });
      return 'obstacle' in request ? request.obstacle : null;
    },
    send(call: UpstreamCall, receiver: AnswerReceiver): UpstreamExchange {
      const asked = askedBy(call);
      invariant(!('obstacle' in asked), 'a step that cannot carry a request is passed over');
      const sent = {
        path: pathOf(call, asked),
        contentType: 'application/json',
        accept: asked.streamed ? 'text/event-stream' : 'application/json',
        body: JSON.stringify(asked.body),
      };
      return send(call.channel, sent, readerOf(call, asked, receiver, Math.floor(means.clock.now() / 1_000)));
    },
  };
}

function readerOf({ channel, upstreamModel }: UpstreamCall, asked: Asked, receiver: AnswerReceiver, created: number): AnswerReader {
  const frame = { model: upstreamModel, created };
  if (asked.streamed) {
    return new GeminiStreamReader(channel, receiver, new GeminiDecoder(channel, asked.oneCall), asked.shape.stream(frame));
  }
  return new GeminiWholeReader(channel, receiver, asked.understand(channel, frame));
}

function pathOf({ upstreamModel }: UpstreamCall, { method, streamed }: Asked): string {
  const resource = resourceName(upstreamModel).split('/').map(encodeURIComponent).join('/');
  return `/${resource}:${method}${streamed ? '?alt=sse' : ''}`;
}
