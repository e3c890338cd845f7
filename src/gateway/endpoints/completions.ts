/** `POST /v1/completions`, as it was before there were messages: a prompt, or many, each answered on its own. */
import { wrong } from '../../kernel/fault';
import { countPlainInput, type PlainInput, plainInputBound, plainInputs } from '../../metering/plain-input';
import { BILLED_BESIDE, refuseBilledBeside } from './billed-beside';
import type { Endpoint, Json } from './endpoint';
import {
  CHOICES_MAX,
  OTHER_LIMIT,
  OUTPUT_LIMIT_MAX,
  positive,
  refuseDearerTier,
  refuseMember,
  refuseOtherLimit,
  streaming,
} from './members';

const NOT_PROMPT = new Set(['model', 'prompt', 'stream', 'stream_options', 'user', 'metadata', 'stop', 'logit_bias']);

export const completions: Endpoint = {
  path: '/v1/completions',
  operation: 'completions',
  decisive: new Set([
    'model',
    'prompt',
    'suffix',
    'stream',
    'stream_options',
    'max_tokens',
    'n',
    'best_of',
    'echo',
    'service_tier',
    OTHER_LIMIT,
    ...BILLED_BESIDE,
  ]),
  output: 'limited',
  chunkObject: 'text_completion',
  ending: 'done-marker',
  inputBound: (json, model) => plainInputBound(promptsOf(json), json, NOT_PROMPT, model),
  countInput: (json, counter) => countPlainInput(promptsOf(json), counter),
  want(json, model) {
    const prompts = promptsOf(json).length;
    refuseDearerTier(json);
    refuseBilledBeside(json);
    refuseOtherLimit(json);
    // Where a provider sends no usage, what it repeats could not be told from what it wrote.
    refuseMember(json, 'echo', 'is not served: send the prompt, and put it before the answer yourself');
    const made = Math.max(...['n', 'best_of'].map((name) => positive(json[name], name, CHOICES_MAX) ?? 1));
    return {
      model,
      ...streaming(json),
      outputLimit: positive(json['max_tokens'], 'max_tokens', OUTPUT_LIMIT_MAX),
      choices: made * prompts,
    };
  },
};

function promptsOf(json: Json): readonly PlainInput[] {
  const prompts = plainInputs(json['prompt']);
  if (prompts === undefined) throw wrong('prompt', 'must be a text, a list of texts, a list of tokens, or a list of lists of tokens');
  return prompts;
}
