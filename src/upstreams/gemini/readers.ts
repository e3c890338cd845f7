/** Reads Gemini's answers, whole and streamed; what it says of failures is read in its own words. */
import type { EventSourceMessage } from 'eventsource-parser';
import type { AnswerReceiver, AttemptFailure } from '../../attempts/upstream';
import type { Channel } from '../../routing/catalog';
import type { AnswerEvent, Decoded } from '../conversation/answer-event';
import type { AnswerWriter } from '../conversation/client-shape';
import { EventAnswerReader, understood } from '../conversation/event-answer';
import { MALFORMED } from '../failure';
import type { Ending } from '../http-exchange';
import { type JsonRecord, parseRecord } from '../json';
import { type AnswerKeeper, type Understood, WholeAnswerReader } from '../whole-answer';
import type { GeminiDecoder } from './answer-decoder';
import { errorIn, geminiError, geminiRefusal } from './gemini-failure';

/** What a whole answer says, or why it is none. */
export type Understanding = (json: JsonRecord) => Understood | AttemptFailure;

/** Of a conversation: an answer has ended for a reason. */
export function understandAnswer(decoder: GeminiDecoder, rewrite: (events: readonly AnswerEvent[]) => string): Understanding {
  return (json) => {
    const decoded = decoder.take(json);
    if (decoded.failure !== undefined) return decoded.failure;
    if (!decoded.events.some(({ kind }) => kind === 'stop')) return MALFORMED;
    return understood(decoded, rewrite) ?? MALFORMED;
  };
}

export class GeminiWholeReader extends WholeAnswerReader {
  private readonly refused: { failure: AttemptFailure | null };

  constructor(
    private readonly provider: Channel,
    keeper: AnswerKeeper,
    understand: Understanding,
  ) {
    const refused: { failure: AttemptFailure | null } = { failure: null };
    super(provider, keeper, (json) => {
      const error = errorIn(json);
      const made = error === undefined ? understand(json) : geminiError(error, provider);
      if (!('kind' in made)) return made;
      refused.failure = made;
      return undefined;
    });
    this.refused = refused;
  }

  override end(lost: boolean): Ending | undefined {
    const ending = super.end(lost);
    const { failure } = this.refused;
    return failure === null ? ending : { ok: false, failure };
  }

  override refusal(status: number, body: string): AttemptFailure {
    return geminiRefusal(status, body, this.provider);
  }
}

export class GeminiStreamReader extends EventAnswerReader {
  constructor(
    private readonly provider: Channel,
    receiver: AnswerReceiver,
    decoder: GeminiDecoder,
    writer: AnswerWriter,
  ) {
    super(provider, receiver, { take: (event: EventSourceMessage) => decodedEvent(decoder, event) }, writer);
  }

  override refusal(status: number, body: string): AttemptFailure {
    return geminiRefusal(status, body, this.provider);
  }
}

function decodedEvent(decoder: GeminiDecoder, { data }: EventSourceMessage): Decoded {
  const json = parseRecord(data);
  return json === undefined ? { events: [], failure: MALFORMED } : decoder.take(json);
}
