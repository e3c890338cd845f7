/** A demo answer in OpenAI's shapes. */
import type { JsonRecord } from '../json';
import type { DemoAnswer, DemoToolCall } from './demo-answer';

const MARK = { system_fingerprint: 'simulated', service_tier: 'default' };

export interface DemoHead {
  readonly id: string;
  /** Seconds since 1970. */
  readonly created: number;
}

export function wholeAnswer(answer: DemoAnswer, head: DemoHead): string {
  const { toolCall } = answer;
  const message = {
    role: 'assistant',
    content: toolCall === null ? answer.words.join('') : null,
    refusal: null,
    ...(toolCall === null ? {} : { tool_calls: [callOf(toolCall)] }),
  };
  const choices = choicesOf(answer, { message, finish_reason: answer.finishReason });
  return JSON.stringify({ ...head, object: 'chat.completion', model: answer.model, choices, usage: answer.usage, ...MARK });
}

/** The events of a stream: the role, word by word or the tool call, the end, and usage where it was asked for. */
export function* streamEvents(answer: DemoAnswer, head: DemoHead, withUsage: boolean): Generator<string> {
  const base = { ...head, object: 'chat.completion.chunk', model: answer.model, ...MARK };
  const event = (choices: unknown[], usage: JsonRecord | null = null) =>
    `data: ${JSON.stringify({ ...base, choices, ...(withUsage ? { usage } : {}) })}\n\n`;
  const delta = (fields: JsonRecord, reason: string | null = null) => event(choicesOf(answer, { delta: fields, finish_reason: reason }));
  yield delta({ role: 'assistant', content: answer.toolCall === null ? '' : null });
  for (const word of answer.words) yield delta({ content: word });
  if (answer.toolCall !== null) yield delta({ tool_calls: [{ index: 0, ...callOf(answer.toolCall) }] });
  yield delta({}, answer.finishReason);
  if (withUsage) yield event([], answer.usage);
  yield 'data: [DONE]\n\n';
}

function choicesOf(answer: DemoAnswer, fields: JsonRecord): JsonRecord[] {
  return Array.from({ length: answer.choices }, (_, index) => ({ index, ...fields, logprobs: null }));
}

function callOf(call: DemoToolCall) {
  return { id: 'call_simulated', type: 'function', function: { name: call.name, arguments: call.arguments } };
}
