import { readInputUsage } from '../usage';
import { modelOf, type OpenAiEndpoint } from './openai-endpoint';

export const moderations: OpenAiEndpoint = {
  path: '/moderations',
  limitName: () => null,
  usageIsAsked: false,
  understand(json) {
    const { results } = json;
    if (!Array.isArray(results) || results.length === 0) return undefined;
    return { reportedModel: modelOf(json), usage: readInputUsage(json['usage']), outputText: '' };
  },
  readStream: null,
};
