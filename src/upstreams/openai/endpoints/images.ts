import { readImageUsage } from '../usage';
import { modelOf, type OpenAiEndpoint } from './openai-endpoint';

export const images: OpenAiEndpoint = {
  path: '/images/generations',
  limitName: () => null,
  usageIsAsked: false,
  understand(json) {
    const { data } = json;
    if (!Array.isArray(data) || data.length === 0) return undefined;
    const usage = readImageUsage(json['usage'], data.length);
    return { reportedModel: modelOf(json), usage, outputText: '', classes: { images: data.length } };
  },
  readStream: null,
};
