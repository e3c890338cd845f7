/** `@langchain/openai`. */
import { AIMessageChunk, type BaseMessageLike, HumanMessage, ToolMessage } from '@langchain/core/messages';
import { ChatOpenAI } from '@langchain/openai';
import { PROTOCOLS } from '../../../src/routing/catalog';
import { KEY } from '../../support/clients/client-bed';
import { CITY_SCHEMA, converse, type TalkingClient, WEATHER } from '../../support/clients/conversations';

const TOOL = { type: 'function', function: { name: WEATHER.name, description: WEATHER.description, parameters: WEATHER.schema } } as const;

function talking(chatWith: (model: string) => ChatOpenAI): TalkingClient {
  const offering = (model: string) => chatWith(model).bindTools([TOOL]);
  const answered = (prompt: string, message: AIMessageChunk, weather: (city: string) => string): BaseMessageLike[] => [
    new HumanMessage(prompt),
    message,
    ...(message.tool_calls ?? []).map(
      ({ id, args }) => new ToolMessage({ tool_call_id: id ?? '', content: weather((args as { city: string }).city) }),
    ),
  ];
  const joined = async (stream: AsyncIterable<AIMessageChunk>) => {
    let whole = new AIMessageChunk('');
    for await (const chunk of stream) whole = whole.concat(chunk);
    return whole;
  };
  return {
    complete: async (model, prompt) => (await chatWith(model).invoke(prompt)).text,
    async stream(model, prompt, onPiece, signal) {
      const pieces: string[] = [];
      for await (const chunk of await chatWith(model).stream(prompt, signal === undefined ? {} : { signal })) {
        pieces.push(chunk.text);
        if (chunk.text !== '') onPiece?.();
      }
      return pieces;
    },
    async useTool(model, prompt, weather) {
      const first = await offering(model).invoke(prompt);
      return (await offering(model).invoke(answered(prompt, first, weather))).text;
    },
    async useToolStreamed(model, prompt, weather) {
      const first = await joined(await offering(model).stream(prompt));
      return (await joined(await offering(model).stream(answered(prompt, first, weather)))).text;
    },
    structured: (model, prompt) =>
      chatWith(model).withStructuredOutput(CITY_SCHEMA, { name: 'city', method: 'jsonSchema', strict: true }).invoke(prompt),
  };
}

converse(
  '@langchain/openai',
  PROTOCOLS,
  ({ baseUrl }, { fetch }, apiKey = KEY) =>
    talking((model) => new ChatOpenAI({ model, apiKey, maxRetries: 0, configuration: { baseURL: baseUrl, fetch } })),
  (error) => ({ status: (error as { status?: number }).status, message: String((error as Error).message) }),
);
