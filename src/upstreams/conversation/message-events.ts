/** Writes the events of a message of Anthropic's that is streamed: one block after the other. */
import type { ClosingEvent } from '../../attempts/upstream';
import { jsonOf } from '../../kernel/record';
import { NO_USAGE, type Usage } from '../../metering/usage';
import type { AnswerEvent, StopCause } from './answer-event';
import type { AnswerFrame, AnswerWriter } from './client-shape';
import { DIRECT, messageId, messageUsage, STOP_REASONS } from './messages-answer';

type BlockKind = 'text' | 'thinking' | 'tool_use' | 'redacted_thinking';

interface OpenBlock {
  readonly index: number;
  readonly kind: BlockKind;
  /** The call whose block it is, and the arguments so far. */
  readonly call: number | null;
  argumentsText: string;
}

/** The frames behind the one that carries the usage. */
export const MESSAGE_STOP = 'event: message_stop\ndata: {"type":"message_stop"}\n\n';

export class MessageEventWriter implements AnswerWriter {
  private started = false;
  private prompt: Usage | null = null;
  private usage: Usage | null = null;
  private stop: { readonly cause: StopCause; readonly sequence: string | null } = { cause: 'complete', sequence: null };
  private blocks = 0;
  /** More than one only while a provider writes several calls at once. */
  private open: OpenBlock[] = [];
  private out = '';

  constructor(private readonly frame: AnswerFrame) {}

  frames(events: readonly AnswerEvent[]): string {
    // Some providers tell with the first piece what the prompt took.
    if (!this.started) this.prompt = events.find((event) => event.kind === 'usage')?.usage ?? null;
    for (const event of events) this.take(event);
    const { out } = this;
    this.out = '';
    return out;
  }

  end(): ClosingEvent {
    const delta = { stop_reason: STOP_REASONS[this.stop.cause], stop_sequence: this.stop.sequence };
    const data = { type: 'message_delta', delta, ...(this.usage !== null && { usage: messageUsage(this.usage) }) };
    return { kind: 'closing', name: 'message_delta', data: JSON.stringify(data), after: MESSAGE_STOP };
  }

  private take(event: AnswerEvent): void {
    if (event.kind === 'head') return this.start(event.id, event.model);
    if (event.kind === 'usage') {
      if (event.soFar !== true) this.usage = event.usage;
      return;
    }
    this.start(null, null);
    if (event.kind === 'stop') {
      this.stop = event;
      this.closeAll();
    } else {
      // What was told before more came is not how it ended.
      this.usage = null;
      this.write(event);
    }
  }

  private start(id: string | null, model: string | null): void {
    if (this.started) return;
    this.started = true;
    // What else it used is known at its end.
    const usage = messageUsage({ ...(this.prompt ?? NO_USAGE), outputTokens: 0, reasoningTokens: 0 });
    const message = { id: id ?? messageId(), type: 'message', role: 'assistant', model: model ?? this.frame.model };
    this.emit('message_start', { message: { ...message, content: [], stop_reason: null, stop_sequence: null, usage } });
  }

  private write(event: Exclude<AnswerEvent, { kind: 'head' | 'usage' | 'stop' }>): void {
    switch (event.kind) {
      case 'text':
      case 'refusal':
        return this.delta(this.blockOf('text', { type: 'text', text: '' }), { type: 'text_delta', text: event.text });
      case 'reasoning':
        return this.delta(this.thinking(), { type: 'thinking_delta', thinking: event.text });
      case 'reasoning-signature':
        this.delta(this.thinking(), { type: 'signature_delta', signature: event.signature });
        return this.closeAll();
      case 'redacted-reasoning':
        this.closeAll();
        this.begin('redacted_thinking', null, { type: 'redacted_thinking', data: event.data });
        return this.closeAll();
      case 'tool-call-begin':
        this.closeWritten();
        this.begin('tool_use', event.call, { type: 'tool_use', id: event.id, name: event.name, caller: DIRECT, input: {} });
        return;
      case 'tool-call-arguments':
        return this.argumentsOf(event.call, event.text);
    }
  }

  private thinking(): OpenBlock {
    return this.blockOf('thinking', { type: 'thinking', thinking: '', signature: '' });
  }

  /** The block that is being written, when it is one of that kind; else a new one. */
  private blockOf(kind: BlockKind, block: object): OpenBlock {
    const last = this.open.at(-1);
    if (last?.kind === kind) return last;
    this.closeAll();
    return this.begin(kind, null, block);
  }

  private argumentsOf(call: number, text: string): void {
    const block = this.open.find((each) => each.call === call);
    if (block === undefined || text === '') return;
    block.argumentsText += text;
    this.delta(block, { type: 'input_json_delta', partial_json: text });
  }

  private begin(kind: BlockKind, call: number | null, block: object): OpenBlock {
    const opened = { index: this.blocks, kind, call, argumentsText: '' };
    this.blocks += 1;
    this.open.push(opened);
    this.emit('content_block_start', { index: opened.index, content_block: block });
    return opened;
  }

  private delta({ index }: OpenBlock, delta: object): void {
    this.emit('content_block_delta', { index, delta });
  }

  private closeAll(): void {
    for (const { index } of this.open) this.emit('content_block_stop', { index });
    this.open = [];
  }

  /** A call whose arguments are not whole yet may go on beside the next one. */
  private closeWritten(): void {
    const going = this.open.filter(({ call, argumentsText }) => call !== null && jsonOf(argumentsText) === undefined);
    for (const block of this.open) if (!going.includes(block)) this.emit('content_block_stop', { index: block.index });
    this.open = going;
  }

  private emit(type: string, members: object): void {
    this.out += `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`;
  }
}
