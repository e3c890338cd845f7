/**
 * The libraries that people build with, each through a whole conversation on channels of both protocols: complete, stream, tools and their
 * results, answers of a schema, an error. Every call has its receipt, and the balance goes down by exactly the sum of them.
 */
import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { ChatOpenAI } from '@langchain/openai';
import { generateText, jsonSchema, type LanguageModel, stepCountIs, streamText, tool } from 'ai';
import { balanceOf, graph, nanoOf } from '../support/forge-client';
import { type MessageBlock, messageError, streamedMessage, text, wholeMessage } from '../support/message-answers';
import { type Bed, onEachDatabase } from '../support/on-each-database';
import type { Script } from '../support/script';
import { secretOf, tokenOf } from '../support/shop-catalog';

const CHAT = secretOf('chat');
const SCHEMA = {
  type: 'object' as const,
  properties: { city: { type: 'string' as const } },
  required: ['city'],
  additionalProperties: false,
};
const CALL: MessageBlock = { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Oslo' } };
const usage = { input_tokens: 2, output_tokens: 3 };

interface Said {
  readonly text?: string;
  readonly calls?: boolean;
}

/** The same answer, as a provider of either protocol gives it. */
const ANSWERS: Readonly<Record<string, (said: Said, stream: boolean) => Script>> = {
  claude: (said, stream) => {
    const parts = {
      content: said.calls === true ? [CALL] : [text(said.text ?? '')],
      usage,
      stop: said.calls === true ? 'tool_use' : 'end_turn',
    };
    return stream ? streamedMessage(parts) : wholeMessage(parts);
  },
  small: (said) => (said.calls === true ? { toolCalls: [{ name: 'weather', arguments: '{"city":"Oslo"}' }] } : { text: said.text ?? '' }),
};
const FAILURES: Readonly<Record<string, Script>> = {
  claude: messageError(400, 'invalid_request_error', 'too many words'),
  small: { status: 400, error: { message: 'too many words', type: 'invalid_request_error', code: null } },
};

onEachDatabase(
  'a library',
  (bed, promise) => {
    beforeAll(() => {
      (globalThis as { AI_SDK_LOG_WARNINGS?: boolean }).AI_SDK_LOG_WARNINGS = false;
    });
    const baseURL = () => `${bed.gateway.origin}/v1`;
    const answers = (model: string, stream: boolean, ...said: readonly Said[]) => {
      for (const each of said) bed.a.next(ANSWERS[model]?.(each, stream) ?? {});
    };
    const fails = (model: string) => bed.a.next(FAILURES[model] ?? {});

    for (const model of ['claude', 'small']) {
      promise(`of the AI SDK holds a conversation with ${model} as Anthropic does`, async () => {
        const provider = createAnthropic({ apiKey: CHAT, baseURL: baseURL() });
        await paidInFull(bed, 7, () => aiConversation(provider(model), model));
      });

      promise(`of the AI SDK holds a conversation with ${model} as OpenAI does`, async () => {
        const provider = createOpenAICompatible({ name: 'forge', apiKey: CHAT, baseURL: baseURL(), supportsStructuredOutputs: true });
        await paidInFull(bed, 7, () => aiConversation(provider(model), model));
      });

      promise(`of LangChain holds a conversation with ${model}`, async () => {
        const chat = new ChatOpenAI({ model, apiKey: CHAT, configuration: { baseURL: baseURL() }, maxRetries: 0 });
        await paidInFull(bed, 5, async () => {
          answers(model, false, { text: 'one two' });
          expect((await chat.invoke('hi')).content).toBe('one two');
          answers(model, true, { text: 'one two' });
          let streamed = '';
          for await (const chunk of await chat.stream('hi')) streamed += String(chunk.content);
          expect(streamed).toBe('one two');
          answers(model, false, { calls: true });
          const called = await chat.bindTools([{ type: 'function', function: { name: 'weather', parameters: SCHEMA } }]).invoke('hi');
          expect(called.tool_calls).toMatchObject([{ name: 'weather', args: { city: 'Oslo' } }]);
          answers(model, false, { text: '{"city":"Oslo"}' });
          expect(await chat.withStructuredOutput({ title: 'place', ...SCHEMA }).invoke('hi')).toEqual({ city: 'Oslo' });
          fails(model);
          await expect(chat.invoke('hi')).rejects.toThrow(/too many words/);
        });
      });
    }

    async function aiConversation(languageModel: LanguageModel, model: string): Promise<void> {
      const asked = { model: languageModel, prompt: 'hi', maxOutputTokens: 500, maxRetries: 0 };
      const weather = tool({
        description: 'asks',
        inputSchema: jsonSchema<{ city: string }>(SCHEMA),
        execute: async ({ city }) => `sunny in ${city}`,
      });
      const withTools = { ...asked, tools: { weather }, stopWhen: stepCountIs(3) };
      answers(model, false, { text: 'one two' });
      expect((await generateText(asked)).text).toBe('one two');
      answers(model, true, { text: 'one two' });
      expect(await streamText(asked).text).toBe('one two');
      answers(model, false, { calls: true }, { text: 'so it is' });
      expect((await generateText(withTools)).text).toBe('so it is');
      expect(JSON.stringify(bed.a.requests.at(-1)?.body)).toContain('sunny in Oslo');
      answers(model, true, { calls: true }, { text: 'so it is' });
      expect(await streamText(withTools).text).toBe('so it is');
      fails(model);
      await expect(generateText(asked)).rejects.toThrow(/too many words/);
    }
  },
  ['sqlite'],
);

/** Holds the conversation, and the books against it: so many receipts more, and the balance less by the sum of their charges. */
async function paidInFull(bed: Bed, calls: number, hold: () => Promise<void>): Promise<void> {
  const before = await balanceOf(bed.gateway.origin, tokenOf('acme'), 'RMB');
  const seen = bed.a.requests.length;
  await hold();
  expect(bed.a.requests.length - seen).toBe(calls);
  const { receipts } = await graph<{ receipts: { nodes: { charge: string; status: string }[] } }>(
    bed.gateway.origin,
    CHAT,
    `{ receipts(first: ${calls}) { nodes { charge status } } }`,
  );
  const failed = receipts.nodes.filter(({ status }) => status !== 'SUCCEEDED');
  expect(failed).toEqual([{ charge: '0', status: 'FAILED' }]);
  const charged = receipts.nodes.reduce((sum, { charge }) => sum + nanoOf(charge), 0n);
  expect(charged).toBeGreaterThan(0n);
  expect(before - (await balanceOf(bed.gateway.origin, tokenOf('acme'), 'RMB'))).toBe(charged);
}
