import { readInputUsage } from '../usage';
import { modelOf, type OpenAiEndpoint } from './openai-endpoint';

export const embeddings: OpenAiEndpoint = {
  path: '/embeddings',
  limitName: () => null,
  usageIsAsked: false,
  understand(json) {
    const { data } = json;
    if (!Array.isArray(data) || data.length === 0) return undefined;
    return { reportedModel: modelOf(json), usage: readInputUsage(json['usage']), outputText: '' };
  },
  readStream: null,
};
