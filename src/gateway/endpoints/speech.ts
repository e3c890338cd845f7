/**
 * `POST /v1/audio/speech`. Answers are streamed always: audio as it comes, or events with audio in them. Its text is metered by
 * characters, known before and exact, or by tokens; what is spoken is metered by tokens of audio, counted here where the provider
 * says none, as it does only in events.
 */
import { wrong } from '../../kernel/fault';
import { FRAME_TOKENS, fieldsBound } from '../../metering/input-bound';
import type { Endpoint, Json } from './endpoint';

const NOT_PROMPT = new Set(['model', 'voice', 'response_format', 'speed', 'stream_format', 'stream', 'user']);
const STREAM_FORMATS: ReadonlySet<unknown> = new Set([undefined, null, 'audio', 'sse']);

export const speech: Endpoint = {
  path: '/v1/audio/speech',
  operation: 'speech',
  decisive: new Set(['model', 'input', 'instructions', 'response_format', 'stream_format']),
  output: 'fixed',
  needs: ['characters', 'audioOutput', 'output', 'perRequest'],
  ending: 'done-marker',
  inputBound: (json, model) => Math.min(FRAME_TOKENS + fieldsBound(json, NOT_PROMPT), model.contextWindow),
  countInput: (json, counter) => counter.count(textIn(json, 'input')) + counter.count(textIn(json, 'instructions')),
  countBeside: ({ json }) => ({ characters: charactersOf(textIn(json, 'input')) }),
  want(json, model) {
    const text = textIn(json, 'input');
    if (text === '') throw wrong('input', 'must be a text');
    if (!STREAM_FORMATS.has(json['stream_format'])) throw wrong('stream_format', 'must be audio or sse');
    const characters = charactersOf(text);
    return { model, stream: true, wantsUsage: true, outputLimit: undefined, choices: 1, classes: { characters } };
  },
};

function textIn(json: Json, name: string): string {
  const value = json[name];
  return typeof value === 'string' ? value : '';
}

/** As people count them: one that takes two units of UTF-16 is one. */
function charactersOf(text: string): number {
  let characters = 0;
  for (const _character of text) characters += 1;
  return characters;
}
