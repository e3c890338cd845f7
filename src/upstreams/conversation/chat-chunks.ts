/** Writes the chunks of a chat completion that is streamed. */
import type { StreamEnd } from '../../attempts/upstream';
import type { AnswerEvent } from './answer-event';
import { type Content, chatId, extraOf, FINISH_REASONS } from './chat-answer';
import type { AnswerFrame, AnswerWriter } from './client-shape';

export class ChatChunkWriter implements AnswerWriter {
  private head: { readonly id: string; readonly model: string } | null = null;
  private details = 0;
  private thought = '';
  /** Calls that have no arguments yet. */
  private readonly bare = new Set<number>();

  constructor(private readonly frame: AnswerFrame) {}

  frames(events: readonly AnswerEvent[]): string {
    let frames = '';
    for (const event of events) frames += this.frameOf(event);
    return frames;
  }

  end(): StreamEnd {
    const { id, model } = this.begun();
    return { kind: 'stream', usageChunk: null, head: { id, created: this.frame.created, model } };
  }

  private frameOf(event: AnswerEvent): string {
    switch (event.kind) {
      case 'head':
        this.head = { id: event.id ?? chatId(), model: event.model ?? this.frame.model };
        return this.chunk({ role: 'assistant', content: '', refusal: null });
      case 'usage':
        return '';
      case 'stop':
        return this.emptyArguments() + this.chunk({}, FINISH_REASONS[event.cause]);
      default:
        return this.chunk(this.deltaOf(event));
    }
  }

  private deltaOf(event: Content): object {
    switch (event.kind) {
      case 'text':
        return { content: event.text };
      case 'refusal':
        return { refusal: event.text };
      case 'reasoning':
        this.thought += event.text;
        return { reasoning_content: event.text };
      case 'reasoning-signature':
        return this.detail({ type: 'reasoning.text', text: this.thought, signature: event.signature });
      case 'redacted-reasoning':
        return this.detail({ type: 'reasoning.encrypted', data: event.data });
      case 'tool-call-begin': {
        this.bare.add(event.call);
        const made = { index: event.call, id: event.id, type: 'function', function: { name: event.name, arguments: '' } };
        return { tool_calls: [{ ...made, ...extraOf(event.signature) }] };
      }
      case 'tool-call-arguments':
        if (event.text !== '') this.bare.delete(event.call);
        return { tool_calls: [{ index: event.call, function: { arguments: event.text } }] };
    }
  }

  /** Once it is whole, so that nobody has to put it together: what is given back must be what was signed. */
  private detail(detail: object): object {
    this.thought = '';
    this.details += 1;
    return { reasoning_details: [{ index: this.details - 1, ...detail }] };
  }

  private emptyArguments(): string {
    const calls = [...this.bare].map((call) => ({ index: call, function: { arguments: '{}' } }));
    return calls.length === 0 ? '' : this.chunk({ tool_calls: calls });
  }

  private begun() {
    this.head ??= { id: chatId(), model: this.frame.model };
    return this.head;
  }

  private chunk(delta: object, finish: string | null = null): string {
    const { id, model } = this.begun();
    const { created } = this.frame;
    const choices = [{ index: 0, delta, logprobs: null, finish_reason: finish }];
    return `data: ${JSON.stringify({ id, object: 'chat.completion.chunk', created, model, choices })}\n\n`;
  }
}
