/** A demo answer as a response: whole, or as its typed events. */
import type { JsonRecord } from '../json';
import type { DemoAnswer } from './demo-answer';
import type { DemoHead } from './demo-wire';

export function wholeResponse(answer: DemoAnswer, head: DemoHead): string {
  return JSON.stringify(responseOf(answer, head, ended(answer), [itemOf(answer, head, 'completed')], usageOf(answer.usage)));
}

export function* responseEvents(answer: DemoAnswer, head: DemoHead): Generator<string> {
  let number = 0;
  const event = (type: string, fields: JsonRecord) => {
    const data = JSON.stringify({ type, sequence_number: number, ...fields });
    number += 1;
    return `event: ${type}\ndata: ${data}\n\n`;
  };
  const begun = responseOf(answer, head, 'in_progress', [], null);
  yield event('response.created', { response: begun });
  yield event('response.in_progress', { response: begun });
  const item = itemOf(answer, head, 'completed');
  const at = { output_index: 0, item_id: item['id'] };
  yield event('response.output_item.added', { output_index: 0, item: { ...itemOf(answer, head, 'in_progress'), ...emptied(answer) } });
  if (answer.toolCall === null) yield* textEvents(answer, at, event);
  else {
    yield event('response.function_call_arguments.delta', { ...at, delta: answer.toolCall.arguments });
    yield event('response.function_call_arguments.done', { ...at, name: answer.toolCall.name, arguments: answer.toolCall.arguments });
  }
  yield event('response.output_item.done', { output_index: 0, item });
  const status = ended(answer);
  yield event(`response.${status}`, { response: responseOf(answer, head, status, [item], usageOf(answer.usage)) });
}

type EventMaker = (type: string, fields: JsonRecord) => string;

function* textEvents(answer: DemoAnswer, item: JsonRecord, event: EventMaker): Generator<string> {
  const at = { ...item, content_index: 0 };
  const text = answer.words.join('');
  yield event('response.content_part.added', { ...at, part: partOf('') });
  for (const word of answer.words) yield event('response.output_text.delta', { ...at, delta: word, logprobs: [] });
  yield event('response.output_text.done', { ...at, text, logprobs: [] });
  yield event('response.content_part.done', { ...at, part: partOf(text) });
}

type Status = 'in_progress' | 'completed' | 'incomplete';

function ended({ finishReason }: DemoAnswer): Status {
  return finishReason === 'length' ? 'incomplete' : 'completed';
}

function responseOf({ model }: DemoAnswer, { id, created }: DemoHead, status: Status, output: JsonRecord[], usage: JsonRecord | null) {
  return {
    id: `resp_${id}`,
    object: 'response',
    created_at: created,
    status,
    error: null,
    incomplete_details: status === 'incomplete' ? { reason: 'max_output_tokens' } : null,
    instructions: null,
    metadata: { simulated: 'true' },
    model,
    output,
    parallel_tool_calls: true,
    temperature: 1,
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    usage,
  };
}

function itemOf({ toolCall, words }: DemoAnswer, { id }: DemoHead, status: Status): JsonRecord {
  if (toolCall !== null) return { id: `fc_${id}`, type: 'function_call', call_id: 'call_simulated', status, ...toolCall };
  return { id: `msg_${id}`, type: 'message', role: 'assistant', status, content: [partOf(words.join(''))] };
}

/** As an item begins, before anything of it was written. */
function emptied({ toolCall }: DemoAnswer): JsonRecord {
  return toolCall === null ? { content: [] } : { arguments: '' };
}

function partOf(text: string): JsonRecord {
  return { type: 'output_text', text, annotations: [], logprobs: [] };
}

function usageOf(usage: JsonRecord): JsonRecord {
  return {
    input_tokens: usage['prompt_tokens'],
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: usage['completion_tokens'],
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: usage['total_tokens'],
  };
}
