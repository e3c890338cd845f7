/**
 * Providers that speak Anthropic's protocol: `POST {baseUrl}/messages`. Messages of a client go through byte for byte but for the model;
 * chats are read as conversations and written anew.
 */
import type { AnswerReceiver, AskedOfUpstream, Operation, Upstream, UpstreamCall, UpstreamExchange } from '../../attempts/upstream';
import { invariant } from '../../kernel/invariant';
import { editMembers, type MemberEdit } from '../../kernel/json-members';
import { channelSender, type UpstreamMeans } from '../channel-sender';
import { CLIENT_SHAPES } from '../conversation/client-shapes';
import type { Conversation } from '../conversation/conversation';
import { EventAnswerReader, understood } from '../conversation/event-answer';
import type { AnswerReader } from '../http-exchange';
import { WholeAnswerReader } from '../whole-answer';
import { betaHeader } from './betas';
import { understoodCount } from './count';
import { decodeMessage, MessageStreamDecoder } from './decode';
import { lackOfMessages } from './lacks';
import { messageRequest } from './message-request';
import { NativeEvents } from './native-events';
import { ObjectAnswer, ObjectStreamDecoder, objectToolOf } from './object-answer';

const OPERATIONS: ReadonlySet<Operation> = new Set<Operation>(['chat', 'messages', 'count-tokens']);
/** The version of the protocol, whichever the client names: there is one. */
const VERSION = '2023-06-01';

export function createAnthropicUpstream(means: UpstreamMeans): Upstream {
  const send = channelSender(means, (secret) => ['x-api-key', secret]);
  return {
    operations: OPERATIONS,
    cannot: (asked) => (asked.operation === 'chat' ? lackOfChat(asked) : null),
    send(call: UpstreamCall, receiver: AnswerReceiver): UpstreamExchange {
      const conversation = call.operation === 'chat' ? conversationOf(call) : null;
      const sent = {
        path: call.operation === 'count-tokens' ? '/messages/count_tokens' : '/messages',
        contentType: 'application/json',
        accept: call.stream ? 'text/event-stream' : 'application/json',
        body: conversation === null ? nativeBody(call) : messageRequest(conversation, call),
        headers: ['anthropic-version', VERSION, ...betaHeader(call.betas)],
      };
      const created = Math.floor(means.clock.now() / 1_000);
      return send(
        call.channel,
        sent,
        conversation === null ? nativeReader(call, receiver) : chatReader(call, conversation, receiver, created),
      );
    },
  };
}

function lackOfChat({ body, upstreamModel }: AskedOfUpstream): string | null {
  const reading = CLIENT_SHAPES.chat.read(body.json);
  return 'obstacle' in reading ? reading.obstacle : lackOfMessages(reading.conversation, upstreamModel);
}

function conversationOf({ body }: UpstreamCall): Conversation {
  const reading = CLIENT_SHAPES.chat.read(body.json);
  invariant('conversation' in reading, 'a request that cannot be said is passed over');
  return reading.conversation;
}

/** The client's bytes but for the model, and the output limit where one is set. */
function nativeBody({ body, upstreamModel, outputLimit }: UpstreamCall): string {
  const edits = new Map<string, MemberEdit>([['model', () => JSON.stringify(upstreamModel)]]);
  if (outputLimit !== null) edits.set('max_tokens', () => String(outputLimit));
  return editMembers(body.text, edits, body.members);
}

function nativeReader({ channel, operation, stream }: UpstreamCall, receiver: AnswerReceiver): AnswerReader {
  if (operation === 'count-tokens') return new WholeAnswerReader(channel, receiver, understoodCount);
  if (stream) return new EventAnswerReader(channel, receiver, new MessageStreamDecoder(channel), new NativeEvents());
  return new WholeAnswerReader(channel, receiver, (json) => understood(decodeMessage(json)));
}

function chatReader(
  { channel, stream, upstreamModel: model }: UpstreamCall,
  conversation: Conversation,
  receiver: AnswerReceiver,
  created: number,
): AnswerReader {
  const frame = { model, created };
  const tool = objectToolOf(conversation);
  if (stream) {
    const decoder = new MessageStreamDecoder(channel);
    const decoded = tool === null ? decoder : new ObjectStreamDecoder(decoder, tool);
    return new EventAnswerReader(channel, receiver, decoded, CLIENT_SHAPES.chat.stream(frame));
  }
  return new WholeAnswerReader(channel, receiver, (json) => {
    const decoded = decodeMessage(json);
    const meant = tool === null ? decoded : new ObjectAnswer(tool).in(decoded);
    return understood(meant, (events) => CLIENT_SHAPES.chat.whole(events, frame));
  });
}
