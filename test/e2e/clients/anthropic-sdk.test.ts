/** The `@anthropic-ai/sdk` package, messages. */
import Anthropic from '@anthropic-ai/sdk';
import type { Message, MessageParam, Tool, ToolResultBlockParam } from '@anthropic-ai/sdk/resources/messages';
import { PROTOCOLS } from '../../../src/routing/catalog';
import { KEY } from '../../support/clients/client-bed';
import { CITY_SCHEMA, converse, type TalkingClient, WEATHER } from '../../support/clients/conversations';

const TOOL: Tool = { name: WEATHER.name, description: WEATHER.description, input_schema: { ...WEATHER.schema, required: ['city'] } };
const LIMIT = { max_tokens: 200 };

function talking({ messages }: Anthropic): TalkingClient {
  const said = (content: string): MessageParam[] => [{ role: 'user', content }];
  const textOf = ({ content }: Message) => content.map((block) => (block.type === 'text' ? block.text : '')).join('');
  /** The turn of the assistant as it came, and a result for each of its calls. */
  const answered = (prompt: string, { content, stop_reason }: Message, weather: (city: string) => string): MessageParam[] => {
    expect(stop_reason).toBe('tool_use');
    const results = content.flatMap((block): ToolResultBlockParam[] => {
      if (block.type !== 'tool_use') return [];
      return [{ type: 'tool_result', tool_use_id: block.id, content: weather((block.input as { city: string }).city) }];
    });
    return [...said(prompt), { role: 'assistant', content }, { role: 'user', content: results }];
  };
  return {
    complete: async (model, prompt) => textOf(await messages.create({ model, messages: said(prompt), ...LIMIT })),
    async stream(model, prompt, onPiece, signal) {
      const stream = await messages.create(
        { model, messages: said(prompt), stream: true, ...LIMIT },
        signal === undefined ? {} : { signal },
      );
      const pieces: string[] = [];
      for await (const event of stream) {
        if (event.type !== 'content_block_delta' || event.delta.type !== 'text_delta') continue;
        pieces.push(event.delta.text);
        onPiece?.();
      }
      return pieces;
    },
    async useTool(model, prompt, weather) {
      const first = await messages.create({ model, messages: said(prompt), tools: [TOOL], ...LIMIT });
      const second = await messages.create({ model, messages: answered(prompt, first, weather), tools: [TOOL], ...LIMIT });
      expect(second.stop_reason).toBe('end_turn');
      return textOf(second);
    },
    async useToolStreamed(model, prompt, weather) {
      const first = await messages.stream({ model, messages: said(prompt), tools: [TOOL], ...LIMIT }).finalMessage();
      const second = messages.stream({ model, messages: answered(prompt, first, weather), tools: [TOOL], ...LIMIT });
      return textOf(await second.finalMessage());
    },
    async structured(model, prompt) {
      const output_config = { format: { type: 'json_schema' as const, schema: CITY_SCHEMA } };
      return JSON.parse(textOf(await messages.create({ model, messages: said(prompt), output_config, ...LIMIT }))) as unknown;
    },
  };
}

converse(
  '@anthropic-ai/sdk',
  PROTOCOLS,
  ({ gateway }, { fetch }, apiKey = KEY) => talking(new Anthropic({ baseURL: gateway.origin, apiKey, fetch, maxRetries: 0 })),
  (error) => ({ status: (error as { status?: number }).status, message: String((error as Error).message) }),
);
