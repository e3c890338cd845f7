import { aChannel } from '../../../test/support/catalog-builders';
import { geminiJson } from '../../../test/support/gemini-fixtures';
import { GeminiDecoder } from './answer-decoder';

const decode = (json: Record<string, unknown>) => new GeminiDecoder(aChannel('g', { protocol: 'gemini' })).take(json);
const candidate = (more: object) => decode({ candidates: [{ index: 0, ...more }] });

describe('an answer of Gemini', () => {
  it('has its thoughts apart from its text, and counts them with the output', () => {
    const { events, failure } = decode(geminiJson('whole-text.json'));
    expect(failure).toBeUndefined();
    expect(events).toEqual([
      { kind: 'head', id: 'a1b2c3', model: 'gemini-3-flash-001' },
      { kind: 'reasoning', text: '**Weighing it**\n\nThe sum is small.' },
      { kind: 'text', text: '1 + 1 = 2' },
      { kind: 'stop', cause: 'complete', sequence: null },
      {
        kind: 'usage',
        usage: { inputTokens: 20, cachedInputTokens: 8, cacheWriteTokens: 0, outputTokens: 37, reasoningTokens: 30, source: 'PROVIDER' },
      },
    ]);
  });

  it('stops for its calls, each with an id, signed where it was signed', () => {
    const { events } = decode(geminiJson('whole-calls.json'));
    expect(events.slice(1, -1)).toEqual([
      { kind: 'text', text: 'I look it up.' },
      { kind: 'tool-call-begin', call: 0, id: 'fn1', name: 'weather', signature: 'EjQKMgEM' },
      { kind: 'tool-call-arguments', call: 0, text: '{"city":"Paris","days":2}' },
      { kind: 'tool-call-begin', call: 1, id: 'call_calls1_1', name: 'now' },
      { kind: 'tool-call-arguments', call: 1, text: '{}' },
      { kind: 'stop', cause: 'tool-calls', sequence: null },
    ]);
  });

  it('has one call where the client takes no more at once', () => {
    const { events } = new GeminiDecoder(aChannel('g'), true).take(geminiJson('whole-calls.json'));
    expect(events.filter(({ kind }) => kind === 'tool-call-begin')).toMatchObject([{ id: 'fn1' }]);
    expect(events).toContainEqual({ kind: 'stop', cause: 'tool-calls', sequence: null });
  });

  it("that told its thoughts until its limit has the provider's count of them, once nothing can follow", () => {
    const decoder = new GeminiDecoder(aChannel('g', { protocol: 'gemini' }));
    const counts = { promptTokenCount: 10, thoughtsTokenCount: 6, totalTokenCount: 16 };
    const usage = (more: object, usageMetadata: object) =>
      decoder.take({ candidates: [{ index: 0, ...more }], usageMetadata }).events.filter(({ kind }) => kind === 'usage');
    expect(usage({ content: { parts: [{ text: 'I weigh it.', thought: true }] } }, counts)).toEqual([]);
    const told = { inputTokens: 10, outputTokens: 6, reasoningTokens: 6, source: 'PROVIDER' };
    expect(usage({ finishReason: 'MAX_TOKENS' }, counts)).toMatchObject([{ usage: told }]);
  });

  it('that thought until its limit is cut, and its thoughts are output', () => {
    const { events } = decode(geminiJson('thoughts-only.json'));
    expect(events).toMatchObject([
      { kind: 'head' },
      { kind: 'stop', cause: 'length' },
      { kind: 'usage', usage: { inputTokens: 12, outputTokens: 50, reasoningTokens: 50 } },
    ]);
  });

  it('that was filtered ends so, and has its usage', () => {
    const { events } = decode(geminiJson('answer-filtered.json'));
    expect(events).toMatchObject([{ kind: 'head' }, { kind: 'stop', cause: 'filtered' }, { kind: 'usage', usage: { inputTokens: 12 } }]);
  });

  it.each(['RECITATION', 'BLOCKLIST', 'PROHIBITED_CONTENT', 'SPII', 'LANGUAGE'])('counts %s among the filtered', (finishReason) => {
    expect(candidate({ finishReason }).events.at(-1)).toMatchObject({ cause: 'filtered' });
  });

  it('to a blocked prompt is a rejection, and names the reason', () => {
    expect(decode(geminiJson('prompt-blocked.json')).failure).toEqual({
      kind: 'provider_error',
      status: 400,
      message: 'The provider blocked the prompt (PROHIBITED_CONTENT).',
      code: 'content_filter',
      type: 'invalid_request_error',
    });
  });

  it('whose call cannot be read is a failure that another try may mend', () => {
    const { failure } = decode(geminiJson('call-malformed.json'));
    expect(failure).toMatchObject({ kind: 'provider_error', status: null, code: 'malformed_function_call' });
  });

  it('whose end has a reason that is not known is a failure, and no text of the provider is told', () => {
    expect(candidate({ finishReason: 'a text of 40 words' }).failure).toMatchObject({ code: 'unknown' });
    expect(candidate({ finishReason: 'OTHER' }).failure).toMatchObject({ code: 'other' });
  });

  it('that holds what cannot be handed on is a failure, not an answer without it', () => {
    const { failure } = candidate({ content: { parts: [{ inlineData: { mimeType: 'image/png', data: 'aGk=' } }] }, finishReason: 'STOP' });
    expect(failure).toMatchObject({ kind: 'malformed_answer', message: 'The answer holds inlineData, which cannot be handed on.' });
  });

  it('calls without arguments, said or left out, with an empty object', () => {
    for (const call of [{ name: 'f' }, { name: 'f', args: null }, { name: 'f', args: {} }]) {
      expect(candidate({ content: { parts: [{ functionCall: call }] } }).events).toContainEqual({
        kind: 'tool-call-arguments',
        call: 0,
        text: '{}',
      });
    }
  });

  it('has one head, and counts its calls over all its chunks', () => {
    const decoder = new GeminiDecoder(aChannel('g'));
    const chunk = (name: string) => ({ candidates: [{ content: { parts: [{ functionCall: { name } }] } }], responseId: 'r' });
    const events = [...decoder.take(chunk('a')).events, ...decoder.take(chunk('b')).events];
    expect(events.filter(({ kind }) => kind === 'head')).toHaveLength(1);
    expect(events.filter(({ kind }) => kind === 'tool-call-begin')).toMatchObject([
      { call: 0, id: 'call_r_0' },
      { call: 1, id: 'call_r_1' },
    ]);
  });
});
