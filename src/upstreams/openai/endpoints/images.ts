import { type JsonRecord, recordOf } from '../../json';
import { readImageUsage } from '../usage';
import { modelOf, type OpenAiEndpoint } from './openai-endpoint';

export const images: OpenAiEndpoint = {
  path: '/images/generations',
  understand(json) {
    const made = picturesIn(json).filter(({ error }) => !isSaid(error)).length;
    if (made === 0) return undefined;
    const usage = readImageUsage(json['usage'], made);
    return { reportedModel: modelOf(json), usage, outputText: '', classes: { images: made } };
  },
  errorOf: (json) => picturesIn(json).find(({ error }) => isSaid(error))?.['error'],
};

/** Of a series that ByteDance makes, some may be stopped by its filter, and are not billed: each of these is an error in the place of a picture. */
function picturesIn({ data }: JsonRecord): JsonRecord[] {
  return Array.isArray(data) ? data.map(recordOf) : [];
}

function isSaid(error: unknown): boolean {
  return error !== undefined && error !== null;
}
