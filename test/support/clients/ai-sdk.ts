/** The AI SDK, whatever provider it goes through. */
import { APICallError, generateText, jsonSchema, type LanguageModel, Output, stepCountIs, streamText, tool } from 'ai';
import { CITY_SCHEMA, type TalkingClient, type ToldError, WEATHER } from './conversations';

/** It warns of models whose limits it does not know. */
globalThis.AI_SDK_LOG_WARNINGS = false;

export function talkingThrough(model: (id: string) => LanguageModel): TalkingClient {
  const weatherTool = (weather: (city: string) => string) => ({
    weather: tool({
      description: WEATHER.description,
      inputSchema: jsonSchema<{ city: string }>(WEATHER.schema),
      execute: async ({ city }) => weather(city),
    }),
  });
  const once = { maxRetries: 0, maxOutputTokens: 200 };
  return {
    complete: async (id, prompt) => (await generateText({ model: model(id), prompt, ...once })).text,
    async stream(id, prompt, onPiece, signal) {
      const { textStream } = streamText({
        model: model(id),
        prompt,
        ...once,
        ...(signal && { abortSignal: signal }),
        onError: () => undefined,
      });
      const pieces: string[] = [];
      for await (const piece of textStream) {
        pieces.push(piece);
        onPiece?.();
      }
      return pieces;
    },
    async useTool(id, prompt, weather) {
      const { text } = await generateText({ model: model(id), prompt, tools: weatherTool(weather), stopWhen: stepCountIs(2), ...once });
      return text;
    },
    async useToolStreamed(id, prompt, weather) {
      return streamText({ model: model(id), prompt, tools: weatherTool(weather), stopWhen: stepCountIs(2), ...once }).text;
    },
    async structured(id, prompt) {
      const output = Output.object({ schema: jsonSchema(CITY_SCHEMA) });
      return (await generateText({ model: model(id), prompt, output, ...once })).output;
    },
  };
}

export function told(error: unknown): ToldError {
  if (APICallError.isInstance(error)) return { status: error.statusCode, message: error.message };
  return { status: undefined, message: String(error) };
}
