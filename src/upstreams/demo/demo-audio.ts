/**
 * Speech and transcriptions of the demo: a beep for every word, as WAV whatever was asked for, and a text that says that nobody
 * listened.
 */
import { countedMilliseconds, spokenTokens } from '../../metering/audio-length';
import type { JsonRecord } from '../json';
import { formIn } from './demo-form';

const RATE = 24_000;
const BYTES_PER_SAMPLE = 2;
const WORD_MS = 200;
const BEEP_MS = 120;
const WORDS_MAX = 50;
const PITCH = 440;
const LOUDNESS = 6_000;
const EVENT_BYTES = 9_600;
const SECOND_MS = 1_000;

/** An answer of the demo that is no JSON or no chat: its type, and its pieces in order. */
export interface DemoAudio {
  readonly contentType: string;
  readonly pieces: Iterable<string | Buffer>;
}

export function demoSpeech(request: JsonRecord): DemoAudio {
  const words = String(request['input'] ?? '').match(/\S+/g) ?? [];
  const samples = beeps(Math.min(words.length, WORDS_MAX));
  if (request['stream_format'] === 'sse') return { contentType: 'text/event-stream', pieces: speechEvents(words.length, samples) };
  if (request['response_format'] === 'pcm') return { contentType: 'audio/pcm', pieces: cut(samples) };
  return { contentType: 'audio/wav', pieces: [waveHead(samples.length), ...cut(samples)] };
}

function* speechEvents(words: number, samples: Buffer): Generator<string> {
  for (const audio of [waveHead(samples.length), ...cut(samples)]) {
    yield eventOf({ type: 'speech.audio.delta', audio: audio.toString('base64') });
  }
  const spoken = spokenTokens((samples.length / BYTES_PER_SAMPLE / RATE) * SECOND_MS);
  yield eventOf({ type: 'speech.audio.done', usage: { input_tokens: words, output_tokens: spoken, total_tokens: words + spoken } });
}

export function demoTranscription(body: Buffer, contentType: string): DemoAudio {
  const { fields, file } = formIn(body, contentType);
  const { response_format: format = 'json', stream } = fields;
  const milliseconds = countedMilliseconds({ head: file, bytes: file.length });
  const seconds = Math.ceil(milliseconds / SECOND_MS);
  const text = `This is a simulated transcription: nobody listened to the ${file.length} bytes of audio.`;
  const usage = { type: 'duration', seconds };
  if (stream === 'true') return { contentType: 'text/event-stream', pieces: transcriptEvents(text, usage) };
  if (format === 'text') return { contentType: 'text/plain', pieces: [`${text}\n`] };
  const end = instant(milliseconds);
  if (format === 'srt') return { contentType: 'text/plain', pieces: [`1\n00:00:00,000 --> ${end.replace('.', ',')}\n${text}\n\n`] };
  if (format === 'vtt') return { contentType: 'text/vtt', pieces: [`WEBVTT\n\n00:00:00.000 --> ${end}\n${text}\n\n`] };
  const verbose = { task: 'transcribe', language: 'english', duration: milliseconds / SECOND_MS, segments: [] };
  return {
    contentType: 'application/json',
    pieces: [JSON.stringify({ ...(format === 'verbose_json' ? verbose : {}), text, usage })],
  };
}

function* transcriptEvents(text: string, usage: JsonRecord): Generator<string> {
  for (const delta of text.match(/\s*\S+/g) ?? []) yield eventOf({ type: 'transcript.text.delta', delta });
  yield eventOf({ type: 'transcript.text.done', text, usage });
}

function eventOf(event: JsonRecord): string {
  return `data: ${JSON.stringify(event)}\n\n`;
}

function beeps(words: number): Buffer {
  const perWord = (RATE * WORD_MS) / SECOND_MS;
  const sounding = (RATE * BEEP_MS) / SECOND_MS;
  const samples = Buffer.alloc(words * perWord * BYTES_PER_SAMPLE);
  for (let at = 0; at < words * perWord; at += 1) {
    if (at % perWord >= sounding) continue;
    samples.writeInt16LE(Math.round(LOUDNESS * Math.sin((2 * Math.PI * PITCH * at) / RATE)), at * BYTES_PER_SAMPLE);
  }
  return samples;
}

function waveHead(bytes: number): Buffer {
  const head = Buffer.alloc(44);
  head.write('RIFF', 0, 'latin1');
  head.writeUInt32LE(36 + bytes, 4);
  head.write('WAVEfmt ', 8, 'latin1');
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(RATE, 24);
  head.writeUInt32LE(RATE * BYTES_PER_SAMPLE, 28);
  head.writeUInt16LE(BYTES_PER_SAMPLE, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36, 'latin1');
  head.writeUInt32LE(bytes, 40);
  return head;
}

function* cut(samples: Buffer): Generator<Buffer> {
  for (let at = 0; at < samples.length; at += EVENT_BYTES) yield samples.subarray(at, at + EVENT_BYTES);
}

/** `00:01:02.345`. */
function instant(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(11, 23);
}
