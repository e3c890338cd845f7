import { countedMilliseconds } from '../../../metering/audio-length';
import { AudioReader } from '../audio-reader';
import { TypedEventReader, type TypedEvents } from '../typed-event-reader';
import { readSpeechUsage } from '../usage';
import type { OpenAiEndpoint } from './openai-endpoint';

export const speech: OpenAiEndpoint = {
  path: '/audio/speech',
  streamAccept: '*/*',
  understand: () => undefined,
  readStream(channel, receiver, { body }) {
    const millisecondsOf = lengthOf(body.json['response_format'] === 'pcm');
    if (body.json['stream_format'] !== 'sse') return new AudioReader(channel, receiver, millisecondsOf);
    return new TypedEventReader(channel, receiver, { ...SPEECH_EVENTS, millisecondsOf });
  },
};

const SPEECH_EVENTS: TypedEvents = {
  closing: new Set(['speech.audio.done']),
  failing: new Set(['error']),
  named: false,
  modelOf: () => null,
  usageOf: ({ usage }) => readSpeechUsage(usage),
  errorOf: ({ error }) => error,
  textOf: () => '',
  audioOf: ({ audio }) => (typeof audio === 'string' ? Buffer.from(audio, 'base64') : undefined),
};

function lengthOf(raw: boolean) {
  return (head: Buffer, bytes: number) => countedMilliseconds({ head, bytes }, raw);
}
