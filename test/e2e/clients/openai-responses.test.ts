/** The `openai` package, responses. */
import OpenAI from 'openai';
import type { Response, ResponseInputItem, Tool } from 'openai/resources/responses/responses';
import { KEY } from '../../support/clients/client-bed';
import { CITY_SCHEMA, converse, type TalkingClient, WEATHER } from '../../support/clients/conversations';

const TOOL: Tool = { type: 'function', name: WEATHER.name, description: WEATHER.description, parameters: WEATHER.schema, strict: true };

function talking({ responses }: OpenAI): TalkingClient {
  /** The conversation so far, and a result for each call. */
  const answered = (prompt: string, { output }: Response, weather: (city: string) => string): ResponseInputItem[] => {
    const results = output.flatMap((item): ResponseInputItem[] => {
      if (item.type !== 'function_call') return [];
      const { city } = JSON.parse(item.arguments) as { city: string };
      return [{ type: 'function_call_output', call_id: item.call_id, output: weather(city) }];
    });
    return [{ role: 'user', content: prompt }, ...(output as ResponseInputItem[]), ...results];
  };
  return {
    async complete(model, input) {
      return (await responses.create({ model, input })).output_text;
    },
    async stream(model, input, onPiece, signal) {
      const stream = await responses.create({ model, input, stream: true }, signal === undefined ? {} : { signal });
      const pieces: string[] = [];
      for await (const event of stream) {
        if (event.type !== 'response.output_text.delta') continue;
        pieces.push(event.delta);
        onPiece?.();
      }
      return pieces;
    },
    async useTool(model, prompt, weather) {
      const first = await responses.create({ model, input: prompt, tools: [TOOL] });
      return (await responses.create({ model, input: answered(prompt, first, weather), tools: [TOOL] })).output_text;
    },
    async useToolStreamed(model, prompt, weather) {
      const first = await responses.stream({ model, input: prompt, tools: [TOOL] }).finalResponse();
      const second = await responses.stream({ model, input: answered(prompt, first, weather), tools: [TOOL] }).finalResponse();
      return second.output_text;
    },
    async structured(model, input) {
      const text = { format: { type: 'json_schema', name: 'city', schema: CITY_SCHEMA, strict: true } } as const;
      return JSON.parse((await responses.create({ model, input, text })).output_text) as unknown;
    },
  };
}

converse(
  'openai, responses',
  ['openai'],
  ({ baseUrl }, { fetch }, apiKey = KEY) => talking(new OpenAI({ baseURL: baseUrl, apiKey, fetch, maxRetries: 0 })),
  (error) => ({ status: (error as { status?: number }).status, message: String((error as Error).message) }),
);
