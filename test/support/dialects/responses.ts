/** OpenAI's responses. */
import type { Script } from '../script';
import { errorOf, type PlannedAnswer, plainText } from '../scripted-answer';
import { CREATED, countsOf, type Dialect, halves } from './dialect';

type Item = Readonly<Record<string, unknown>>;

export const responses: Dialect = {
  idHeader: 'x-request-id',
  asked(_path, body) {
    const { model, stream, instructions, input, max_output_tokens: limit } = body;
    const items = Array.isArray(input) ? (input as Item[]) : [{ role: 'user', content: input }];
    const messages = items.map(({ role, content, output }) => ({ role: String(role ?? 'tool'), content: plainText(content ?? output) }));
    const system = { role: 'system', content: plainText(instructions) };
    return { model: String(model), messages: [system, ...messages], stream: stream === true, max_tokens: limit as number | undefined };
  },
  whole: (answer, script) => JSON.stringify(responseOf(answer, script, 'completed')),
  *pieces(answer, _request, script) {
    let number = 0;
    const event = (type: string, fields: object, tokens = 0) => ({
      bytes: `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: number++, ...fields })}\n\n`,
      tokens,
    });
    yield event('response.created', { response: { ...responseOf(answer, script, 'in_progress'), output: [], usage: undefined } });
    for (const [index, item] of itemsOf(answer, script).entries()) {
      const at = { output_index: index, item_id: item['id'] };
      const isCall = item['type'] === 'function_call';
      const begun = { ...at, item: { ...item, ...(isCall ? { arguments: '' } : { content: [] }) } };
      yield event('response.output_item.added', begun, isCall ? 1 : 0);
      for (const [type, fields, tokens] of isCall ? callEvents(item) : textEvents(answer.words))
        yield event(type, { ...at, ...fields }, tokens);
      yield event('response.output_item.done', { ...at, item });
    }
    yield event('response.completed', { response: responseOf(answer, script, 'completed') });
  },
  error: (script) => ({ error: errorOf(script) }),
  errorEvent: (script) => `event: error\ndata: ${JSON.stringify({ type: 'error', ...(errorOf(script) as object) })}\n\n`,
};

type ItemEvent = readonly [type: string, fields: object, tokens: number];

function callEvents(item: Item): ItemEvent[] {
  const given = String(item['arguments']);
  return [
    ...halves(given).map((delta): ItemEvent => ['response.function_call_arguments.delta', { delta }, 0]),
    ['response.function_call_arguments.done', { arguments: given, name: item['name'] }, 0],
  ];
}

function textEvents(words: readonly string[]): ItemEvent[] {
  const text = words.join('');
  return [
    ['response.content_part.added', { content_index: 0, part: textPart('') }, 0],
    ...words.map((delta): ItemEvent => ['response.output_text.delta', { content_index: 0, delta, logprobs: [] }, 1]),
    ['response.output_text.done', { content_index: 0, text, logprobs: [] }, 0],
    ['response.content_part.done', { content_index: 0, part: textPart(text) }, 0],
  ];
}

function responseOf(answer: PlannedAnswer, script: Script, status: string): Record<string, unknown> {
  const { input, output, reasoning, cached } = countsOf(answer, script);
  return {
    id: `resp_${answer.id}`,
    object: 'response',
    created_at: CREATED,
    status,
    error: null,
    incomplete_details: null,
    instructions: null,
    metadata: {},
    model: answer.model,
    output: itemsOf(answer, script),
    parallel_tool_calls: true,
    temperature: 1,
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    usage: {
      input_tokens: input,
      input_tokens_details: { cached_tokens: cached, cache_write_tokens: 0 },
      output_tokens: output,
      output_tokens_details: { reasoning_tokens: reasoning },
      total_tokens: input + output,
    },
  };
}

function itemsOf(answer: PlannedAnswer, script: Script): Item[] {
  const status = 'completed';
  if (script.toolCalls === undefined) {
    return [{ id: 'msg_1', type: 'message', role: 'assistant', status, content: [textPart(answer.words.join(''))] }];
  }
  return script.toolCalls.map(({ name, arguments: given }, index) => ({
    id: `fc_${index}`,
    type: 'function_call',
    status,
    call_id: `call_${index}`,
    name,
    arguments: given,
  }));
}

function textPart(text: string) {
  return { type: 'output_text', text, annotations: [], logprobs: [] };
}
