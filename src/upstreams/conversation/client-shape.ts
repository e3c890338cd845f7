/** The shapes in which clients ask and are answered. An adapter that reads conversations serves all of them alike. */
import type { EventSourceMessage } from 'eventsource-parser';
import type { Answer, Operation } from '../../attempts/upstream';
import type { JsonRecord } from '../json';
import type { AnswerEvent } from './answer-event';
import type { ConversationReading } from './conversation';

/** What an answer is made with beside its events. */
export interface AnswerFrame {
  /** The upstream's name of the model, for an answer that does not say its own. */
  readonly model: string;
  /** Seconds since 1970. */
  readonly created: number;
}

/** Puts the events of one stream into frames. */
export interface AnswerWriter {
  /** Whole server-sent events, or nothing. Usage and the end are kept back. `source`: what the events were read from. */
  frames(events: readonly AnswerEvent[], source: EventSourceMessage): string;
  /** After the last event: what goes out once the answer is settled. */
  end(): Answer;
}

export interface ClientShape {
  /** `json` was checked by its endpoint. */
  read(json: JsonRecord): ConversationReading;
  /** The body of a whole answer, usage included. */
  whole(events: readonly AnswerEvent[], frame: AnswerFrame): string;
  stream(frame: AnswerFrame): AnswerWriter;
}

/** The operations that are conversations. */
export type Conversing = Extract<Operation, 'chat' | 'messages'>;
