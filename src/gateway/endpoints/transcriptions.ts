/**
 * `POST /v1/audio/transcriptions`, a form with a file. What is heard is metered by seconds, by tokens, or by both, as the price
 * says. Where the provider does not say the seconds, those of the file are counted here.
 */
import { wrong } from '../../kernel/fault';
import { type Form, fileOf } from '../../kernel/form';
import { countedMilliseconds, longestMilliseconds, saidMilliseconds } from '../../metering/audio-length';
import { FRAME_TOKENS, fieldsBound } from '../../metering/input-bound';
import type { Endpoint } from './endpoint';

const FILE_BYTES_MAX = 25 * 1024 * 1024;
const NOT_PROMPT = new Set(['model', 'language', 'response_format', 'temperature', 'stream', 'timestamp_granularities[]', 'include[]']);
/** Audio in place of the file, as Groq and Mistral take it: nobody here knows how long it is, and all accounts share the files that are kept there. */
const ELSEWHERE = ['url', 'file_url', 'file_id'];
const STREAM_VALUES: ReadonlySet<unknown> = new Set([undefined, '', 'true', 'false']);

export const transcriptions: Endpoint = {
  path: '/v1/audio/transcriptions',
  uploads: { fileBytesMax: FILE_BYTES_MAX },
  operation: 'transcriptions',
  decisive: new Set(['model', 'file', 'prompt', 'response_format', 'stream', ...ELSEWHERE]),
  output: 'fixed',
  needs: ['perSecond', 'audioInput', 'input', 'perRequest'],
  ending: 'done-marker',
  inputBound: (json, model) => Math.min(FRAME_TOKENS + model.mediaPartTokens + fieldsBound(json, NOT_PROMPT), model.contextWindow),
  countInput: ({ prompt }, counter) => (typeof prompt === 'string' ? counter.count(prompt) : 0),
  countBeside({ form }, usage, known) {
    const audio = form === undefined ? undefined : audioOf(form);
    // Also beside tokens: what is sold by the second is not free because a provider counts otherwise.
    if (usage?.classes?.milliseconds !== undefined || audio === undefined) return undefined;
    const said = saidMilliseconds(audio);
    return { milliseconds: said ?? known?.milliseconds ?? countedMilliseconds(audio) };
  },
  want(json, model, form) {
    for (const name of ELSEWHERE)
      if (json[name] !== undefined && json[name] !== '') throw wrong(name, 'is not served: send the file itself');
    const audio = form === undefined ? undefined : audioOf(form);
    if (audio === undefined) throw wrong('file', 'must be a file with audio');
    if (audio.bytes === 0) throw wrong('file', 'is empty');
    if (!STREAM_VALUES.has(json['stream'])) throw wrong('stream', 'must be true or false');
    const classes = { milliseconds: longestMilliseconds(audio) };
    return { model, stream: json['stream'] === 'true', wantsUsage: true, outputLimit: undefined, choices: 1, classes };
  },
};

function audioOf(form: Form) {
  const file = fileOf(form, 'file');
  return file && { head: file.bytes, bytes: file.bytes.length };
}
