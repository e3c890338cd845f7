import { Taker } from '../../../test/support/openai-bench';
import type { Channel } from '../../routing/catalog';
import { GeminiDecoder } from '../gemini/answer-decoder';
import { GeminiStreamReader } from '../gemini/readers';
import { ChatStreamDecoder } from '../openai/decode-chat';
import { CLIENT_SHAPES } from './client-shapes';
import { EventAnswerReader } from './event-answer';

const channel = { apiKey: 'sk-secret', baseUrl: 'https://api.example/v1' } as Channel;
const FRAME = { model: 'asked', created: 1_700_000_000 };

function geminiOf(...chunks: object[]) {
  return fed(new GeminiStreamReader(channel, new Taker(), new GeminiDecoder(channel), CLIENT_SHAPES.chat.stream(FRAME)), chunks);
}

function chatOf(...chunks: object[]) {
  return fed(new EventAnswerReader(channel, new Taker(), new ChatStreamDecoder(channel), CLIENT_SHAPES.messages.stream(FRAME)), chunks);
}

function fed(reader: EventAnswerReader, chunks: readonly object[]) {
  reader.begin('text/event-stream');
  for (const chunk of chunks) reader.data(Buffer.from(`data: ${JSON.stringify(chunk)}\n\n`));
  return { ending: reader.end(false), known: reader.known };
}

const said = (text: string, more: object = {}) => ({ candidates: [{ content: { parts: [{ text }] }, ...more }] });
const EARLY = { usageMetadata: { promptTokenCount: 9, candidatesTokenCount: 1, totalTokenCount: 10 } };
const ALL = { usageMetadata: { promptTokenCount: 9, candidatesTokenCount: 7, totalTokenCount: 16 } };

describe('the usage of a stream', () => {
  it('that was told before more output came is none of the answer that ended', () => {
    const gemini = geminiOf({ ...said('Once'), ...EARLY }, said(' upon a time', { finishReason: 'STOP' }));
    expect(gemini).toMatchObject({ ending: { ok: true }, known: { outputText: 'Once upon a time' } });
    expect(gemini.known.usage).toBeUndefined();
    const early = { usage: { prompt_tokens: 9, completion_tokens: 1 } };
    const chat = chatOf(
      { choices: [{ index: 0, delta: { content: 'Once' } }], ...early },
      { choices: [{ index: 0, delta: { content: ' upon a time' }, finish_reason: 'stop' }] },
    );
    expect(chat.ending).toMatchObject({ ok: true, answer: { data: expect.not.stringContaining('usage') } });
    expect(chat.known.usage).toBeUndefined();
  });

  it('stands where all output came before it, also where the stop came after', () => {
    expect(geminiOf(said('Once'), { ...said(' upon', { finishReason: 'STOP' }), ...ALL }).known.usage).toMatchObject({ outputTokens: 7 });
    const late = geminiOf(said('Once'), { ...said(' upon'), ...ALL }, { candidates: [{ finishReason: 'STOP' }] });
    expect(late.known.usage).toMatchObject({ outputTokens: 7 });
  });

  it('serves a stream that broke off', () => {
    const { ending, known } = geminiOf({ ...said('Once'), ...EARLY }, said(' upon'));
    expect(ending.ok).toBe(false);
    expect(known.usage).toMatchObject({ inputTokens: 9, outputTokens: 1 });
  });
});

describe('an event that tells a failure', () => {
  it('delivers nothing of what stands in it, also behind one that does in the same bytes', () => {
    const taker = new Taker();
    const reader = new GeminiStreamReader(channel, taker, new GeminiDecoder(channel), CLIENT_SHAPES.chat.stream(FRAME));
    reader.begin('text/event-stream');
    const events = [said('Once'), said(' never seen', { finishReason: 'OTHER' })];
    reader.data(Buffer.from(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')));
    expect(taker.frames).not.toContain('never seen');
    expect(taker.text).toBe('Once');
  });
});

describe('a prompt that is blocked in the middle of its answer', () => {
  it('ends the answer as a filter does: what was delivered is no rejection', () => {
    const { ending, known } = geminiOf(said('Once'), { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' }, ...ALL });
    expect(ending.ok).toBe(true);
    expect(known.usage).toMatchObject({ inputTokens: 9, outputTokens: 7 });
  });
});
