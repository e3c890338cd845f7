/** `POST /v1/embeddings`: input alone is metered, whatever its form. */
import { wrong } from '../../kernel/fault';
import { countPlainInput, type PlainInput, plainInputBound, plainInputs } from '../../metering/plain-input';
import type { Endpoint, Json } from './endpoint';

const NOT_PROMPT = new Set(['model', 'input', 'dimensions', 'encoding_format', 'user', 'metadata']);

export const embeddings: Endpoint = {
  path: '/v1/embeddings',
  operation: 'embeddings',
  decisive: new Set(['model', 'input', 'stream']),
  output: 'none',
  ending: 'done-marker',
  inputBound: (json, model) => plainInputBound(inputsOf(json), json, NOT_PROMPT, model),
  countInput: (json, counter) => countPlainInput(inputsOf(json), counter),
  want(json, model) {
    inputsOf(json);
    if (json['stream'] === true) throw wrong('stream', 'cannot be true: embeddings are not streamed');
    return { model, stream: false, wantsUsage: false, outputLimit: undefined, choices: 1 };
  },
};

function inputsOf(json: Json): readonly PlainInput[] {
  const inputs = plainInputs(json['input']);
  if (inputs === undefined) throw wrong('input', 'must be a text, a list of texts, a list of tokens, or a list of lists of tokens');
  return inputs;
}
