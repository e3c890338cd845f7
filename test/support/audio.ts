/** Audio for tests: WAV of a known length, and what providers answer about it. */
import type { Script } from './script';

const HEAD_BYTES = 44;
const BYTES_PER_MS = 16;

/** Silence, 8 kHz, 16 bits, one channel. */
export function wav(milliseconds: number): Buffer {
  const bytes = milliseconds * BYTES_PER_MS;
  const head = Buffer.alloc(HEAD_BYTES);
  head.write('RIFF', 0, 'latin1');
  head.writeUInt32LE(HEAD_BYTES - 8 + bytes, 4);
  head.write('WAVEfmt ', 8, 'latin1');
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(8_000, 24);
  head.writeUInt32LE(16_000, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36, 'latin1');
  head.writeUInt32LE(bytes, 40);
  return Buffer.concat([head, Buffer.alloc(bytes)]);
}

/** Audio in these writes. */
export function spoken(pieces: readonly Buffer[], contentType = 'audio/mpeg'): Script {
  return { raw: pieces, headers: { 'content-type': contentType } };
}

export function speechEvents(pieces: readonly Buffer[], usage: object | null): Script {
  const deltas = pieces.map((piece) => ({ type: 'speech.audio.delta', audio: piece.toString('base64') }));
  const done = { type: 'speech.audio.done', ...(usage === null ? {} : { usage }) };
  return { raw: [...deltas, done].map(event), headers: { 'content-type': 'text/event-stream' } };
}

export function transcript(body: object): Script {
  return { raw: [JSON.stringify(body)] };
}

/** Subtitles or bare text. */
export function plainTranscript(text: string, contentType = 'text/plain; charset=utf-8'): Script {
  return { raw: [text], headers: { 'content-type': contentType } };
}

export function transcriptEvents(words: readonly string[], usage: object | null): Script {
  const deltas = words.map((delta) => ({ type: 'transcript.text.delta', delta }));
  const done = { type: 'transcript.text.done', text: words.join(''), ...(usage === null ? {} : { usage }) };
  return { raw: [...deltas, done].map(event), headers: { 'content-type': 'text/event-stream' } };
}

export const heardFor = (seconds: number) => ({ type: 'duration', seconds });

export function heardTokens(text: number, audio: number, output: number) {
  const details = { text_tokens: text, audio_tokens: audio };
  return {
    type: 'tokens',
    input_tokens: text + audio,
    input_token_details: details,
    output_tokens: output,
    total_tokens: text + audio + output,
  };
}

function event(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}
