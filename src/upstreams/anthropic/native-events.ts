/** Hands Anthropic's own events on as they are. What tells the usage last, and the end, are kept back so that the cost can be added. */
import type { EventSourceMessage } from 'eventsource-parser';
import type { ClosingEvent } from '../../attempts/upstream';
import type { AnswerEvent } from '../conversation/answer-event';
import type { AnswerWriter } from '../conversation/client-shape';
import { MESSAGE_STOP } from '../conversation/message-events';
import { parseRecord } from '../json';
import { frameOf } from '../sse-frame';

const EMPTY_DELTA = '{"type":"message_delta","delta":{"stop_reason":null,"stop_sequence":null}}';

export class NativeEvents implements AnswerWriter {
  private begun = false;
  private last: EventSourceMessage | null = null;
  private after = MESSAGE_STOP;

  frames(_events: readonly AnswerEvent[], source: EventSourceMessage): string {
    const type = source.event ?? parseRecord(source.data)?.['type'];
    if (type === 'message_stop') {
      this.after = frameOf(source, false);
      return '';
    }
    // A ping says nothing, and the first byte that a client gets keeps a backup from being asked.
    if (type === 'ping' && !this.begun) return '';
    this.begun = true;
    if (type !== 'message_delta') return frameOf(source, false);
    const { last } = this;
    this.last = source;
    return last === null ? '' : frameOf(last, false);
  }

  end(): ClosingEvent {
    return { kind: 'closing', name: 'message_delta', data: this.last?.data ?? EMPTY_DELTA, after: this.after };
  }
}
