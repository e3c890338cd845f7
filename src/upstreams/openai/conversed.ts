/** Messages of Anthropic's on a channel that speaks chat completions: read as a conversation, and answered in the client's shape. */
import type { AnswerReceiver, AskedOfUpstream, UpstreamCall } from '../../attempts/upstream';
import { invariant } from '../../kernel/invariant';
import { CLIENT_SHAPES } from '../conversation/client-shapes';
import { EventAnswerReader, understood } from '../conversation/event-answer';
import type { AnswerReader } from '../http-exchange';
import { WholeAnswerReader } from '../whole-answer';
import { chatRequest, lackOfChat } from './chat-request';
import { ChatStreamDecoder, decodeChat } from './decode-chat';
import { breakIn } from './finish-reason';

const CLIENT = CLIENT_SHAPES.messages;

/** Why chat completions cannot carry it; null: they can. */
export function lackOfMessages({ body }: Pick<AskedOfUpstream, 'body'>): string | null {
  const reading = CLIENT.read(body.json);
  return 'obstacle' in reading ? reading.obstacle : lackOfChat(reading.conversation);
}

export function conversedBody(call: UpstreamCall): string {
  const reading = CLIENT.read(call.body.json);
  invariant('conversation' in reading, 'a request that cannot be said is passed over');
  return chatRequest(reading.conversation, call);
}

/** `created`: seconds since 1970. */
export function conversedReader(
  { channel, stream, upstreamModel: model }: UpstreamCall,
  receiver: AnswerReceiver,
  created: number,
): AnswerReader {
  const frame = { model, created };
  if (stream) return new EventAnswerReader(channel, receiver, new ChatStreamDecoder(channel), CLIENT.stream(frame));
  return new WholeAnswerReader(channel, receiver, (json) => understood(decodeChat(json), (events) => CLIENT.whole(events, frame)), breakIn);
}
