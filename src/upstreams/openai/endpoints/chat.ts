import { recordOf } from '../../json';
import { outputTextOf } from '../output-text';
import { outputLimitName } from '../request-body';
import { StreamAnswerReader } from '../stream-answer';
import { readUsage } from '../usage';
import type { OpenAiEndpoint } from './openai-endpoint';

export const chat: OpenAiEndpoint = {
  path: '/chat/completions',
  limitName: outputLimitName,
  usageIsAsked: true,
  understand({ choices, model, usage: sent }) {
    const usage = readUsage(sent);
    if (!Array.isArray(choices) || (choices.length === 0 && usage === undefined)) return undefined;
    const outputText = choices.map((choice) => outputTextOf(recordOf(choice)['message'])).join('');
    return { reportedModel: typeof model === 'string' ? model : null, usage, outputText };
  },
  readStream: (channel, receiver) => new StreamAnswerReader(channel, receiver, (choice) => outputTextOf(choice['delta'])),
};
