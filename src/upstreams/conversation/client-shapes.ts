import { wholeChat } from './chat-answer';
import { ChatChunkWriter } from './chat-chunks';
import type { ClientShape, Conversing } from './client-shape';
import { conversationFromChat } from './from-chat';
import { conversationFromMessages } from './from-messages';
import { MessageEventWriter } from './message-events';
import { wholeMessage } from './messages-answer';

/** How clients of each operation ask, and are answered. */
export const CLIENT_SHAPES: Readonly<Record<Conversing, ClientShape>> = {
  chat: { read: conversationFromChat, whole: wholeChat, stream: (frame) => new ChatChunkWriter(frame) },
  messages: { read: conversationFromMessages, whole: wholeMessage, stream: (frame) => new MessageEventWriter(frame) },
};
