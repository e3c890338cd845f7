import { type JsonRecord, recordOf } from '../../json';
import { StreamAnswerReader } from '../stream-answer';
import { readUsage } from '../usage';
import { modelOf, type OpenAiEndpoint } from './openai-endpoint';

export const completions: OpenAiEndpoint = {
  path: '/completions',
  limitName: () => 'max_tokens',
  usageIsAsked: true,
  understand(json) {
    const { choices } = json;
    const usage = readUsage(json['usage']);
    if (!Array.isArray(choices) || (choices.length === 0 && usage === undefined)) return undefined;
    return { reportedModel: modelOf(json), usage, outputText: choices.map((choice) => textOf(recordOf(choice))).join('') };
  },
  readStream: (channel, receiver) => new StreamAnswerReader(channel, receiver, textOf),
};

function textOf({ text }: JsonRecord): string {
  return typeof text === 'string' ? text : '';
}
