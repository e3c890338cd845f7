import { plainInputs } from '../../../metering/plain-input';
import { type JsonRecord, recordOf } from '../../json';
import { breakIn } from '../finish-reason';
import { StreamAnswerReader } from '../stream-answer';
import { readUsage } from '../usage';
import { choicesAsked, choicesOf, modelOf, type OpenAiEndpoint } from './openai-endpoint';

export const completions: OpenAiEndpoint = {
  path: '/completions',
  limitName: () => 'max_tokens',
  usageIsAsked: true,
  understand(json) {
    const usage = readUsage(json['usage']);
    const choices = choicesOf(json, usage);
    if (choices === undefined) return undefined;
    return { reportedModel: modelOf(json), usage, outputText: choices.map((choice) => textOf(recordOf(choice))).join('') };
  },
  errorOf: breakIn,
  readStream(channel, receiver, { body }) {
    const prompts = plainInputs(body.json['prompt'])?.length ?? 1;
    return new StreamAnswerReader(channel, receiver, textOf, choicesAsked(body.json) * prompts);
  },
};

function textOf({ text }: JsonRecord): string {
  return typeof text === 'string' ? text : '';
}
