import { recordOf } from '../../json';
import { breakIn } from '../finish-reason';
import { outputTextOf } from '../output-text';
import { outputLimitName } from '../request-body';
import { StreamAnswerReader } from '../stream-answer';
import { readUsage } from '../usage';
import { choicesAsked, choicesOf, modelOf, type OpenAiEndpoint } from './openai-endpoint';

export const chat: OpenAiEndpoint = {
  path: '/chat/completions',
  limitName: outputLimitName,
  usageIsAsked: true,
  understand(json) {
    const usage = readUsage(json['usage']);
    const choices = choicesOf(json, usage);
    if (choices === undefined) return undefined;
    const outputText = choices.map((choice) => outputTextOf(recordOf(choice)['message'])).join('');
    return { reportedModel: modelOf(json), usage, outputText };
  },
  errorOf: breakIn,
  readStream: (channel, receiver, { body }) =>
    new StreamAnswerReader(channel, receiver, (choice) => outputTextOf(choice['delta']), choicesAsked(body.json)),
};
