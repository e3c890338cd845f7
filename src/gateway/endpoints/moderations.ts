/** `POST /v1/moderations`. Providers send no usage with it, so that its input is counted here. */
import { wrong } from '../../kernel/fault';
import { countPlainInput, type PlainInput, partsAsInput, plainInputBound, plainInputs } from '../../metering/plain-input';
import type { Endpoint, Json } from './endpoint';

const NOT_PROMPT = new Set(['model', 'input', 'user', 'metadata']);

export const moderations: Endpoint = {
  path: '/v1/moderations',
  operation: 'moderations',
  decisive: new Set(['model', 'input', 'stream']),
  defaultModel: 'omni-moderation-latest',
  output: 'none',
  ending: 'done-marker',
  inputBound: (json, model) => plainInputBound(inputsOf(json), json, NOT_PROMPT, model),
  countInput: (json, counter) => countPlainInput(inputsOf(json), counter),
  want(json, model) {
    inputsOf(json);
    if (json['stream'] === true) throw wrong('stream', 'cannot be true: moderations are not streamed');
    return { model, stream: false, wantsUsage: false, outputLimit: undefined, choices: 1 };
  },
};

function inputsOf(json: Json): readonly PlainInput[] {
  const { input } = json;
  const inputs = plainInputs(input) ?? partsAsInput(input);
  if (inputs === undefined) throw wrong('input', 'must be a text, a list of texts, or a list of parts of type text and image_url');
  return inputs;
}
