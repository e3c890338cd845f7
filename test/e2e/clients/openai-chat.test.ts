/** The `openai` package, chat completions. */
import OpenAI from 'openai';
import type { ChatCompletionMessageParam, ChatCompletionTool } from 'openai/resources/chat/completions';
import { PROTOCOLS } from '../../../src/routing/catalog';
import { KEY } from '../../support/clients/client-bed';
import { CITY_SCHEMA, converse, type TalkingClient, WEATHER } from '../../support/clients/conversations';

const TOOL: ChatCompletionTool = {
  type: 'function',
  function: { name: WEATHER.name, description: WEATHER.description, parameters: WEATHER.schema, strict: true },
};

function talking(client: OpenAI): TalkingClient {
  const { completions } = client.chat;
  const said = (content: string) => [{ role: 'user' as const, content }];
  /** The tool's turn: the calls as they came, and a result for each. */
  const answered = (prompt: string, message: ChatCompletionMessageParam, weather: (city: string) => string) => {
    const calls = (message.role === 'assistant' && message.tool_calls) || [];
    const results = calls.flatMap((call) => {
      if (call.type !== 'function') return [];
      const { city } = JSON.parse(call.function.arguments) as { city: string };
      return [{ role: 'tool' as const, tool_call_id: call.id, content: weather(city) }];
    });
    return [...said(prompt), message, ...results];
  };
  return {
    async complete(model, prompt) {
      const { choices } = await completions.create({ model, messages: said(prompt) });
      return choices[0]?.message.content ?? '';
    },
    async stream(model, prompt, onPiece, signal) {
      const stream = await completions.create({ model, messages: said(prompt), stream: true }, signal === undefined ? {} : { signal });
      const pieces: string[] = [];
      for await (const chunk of stream) {
        const piece = chunk.choices[0]?.delta.content ?? '';
        pieces.push(piece);
        if (piece !== '') onPiece?.();
      }
      return pieces;
    },
    async useTool(model, prompt, weather) {
      const first = await completions.create({ model, messages: said(prompt), tools: [TOOL] });
      expect(first.choices[0]?.finish_reason).toBe('tool_calls');
      const messages = answered(prompt, first.choices[0]!.message, weather);
      const second = await completions.create({ model, messages, tools: [TOOL] });
      expect(second.choices[0]?.finish_reason).toBe('stop');
      return second.choices[0]?.message.content ?? '';
    },
    async useToolStreamed(model, prompt, weather) {
      const first = await completions.stream({ model, messages: said(prompt), tools: [TOOL] }).finalMessage();
      const second = completions.stream({ model, messages: answered(prompt, first, weather), tools: [TOOL] });
      return (await second.finalContent()) ?? '';
    },
    async structured(model, prompt) {
      const { choices } = await completions.parse({
        model,
        messages: said(prompt),
        response_format: { type: 'json_schema', json_schema: { name: 'city', schema: CITY_SCHEMA, strict: true } },
      });
      return JSON.parse(choices[0]?.message.content ?? '') as unknown;
    },
  };
}

converse(
  'openai, chat completions',
  PROTOCOLS,
  ({ baseUrl }, { fetch }, apiKey = KEY) => talking(new OpenAI({ baseURL: baseUrl, apiKey, fetch, maxRetries: 0 })),
  (error) => ({ status: (error as { status?: number }).status, message: String((error as Error).message) }),
);
