import type { JsonRecord } from '../../json';
import type { Understood } from '../../whole-answer';
import { errorOfResponse, RESPONSE_EVENTS } from '../response-stream';
import { outputTextOfItems } from '../response-text';
import { TypedEventReader } from '../typed-event-reader';
import { readResponseUsage } from '../usage';
import { modelOf, type OpenAiEndpoint } from './openai-endpoint';

export const responses: OpenAiEndpoint = {
  path: '/responses',
  limitName: () => 'max_output_tokens',
  understand: (json) => (ENDED.has(json['status']) ? understoodResponse(json) : undefined),
  errorOf: errorOfResponse,
  readStream: (channel, receiver) => new TypedEventReader(channel, receiver, RESPONSE_EVENTS),
};

/** One that failed or was cancelled is no answer; one that ended at a limit is. Compatible providers may leave the status out. */
const ENDED: ReadonlySet<unknown> = new Set(['completed', 'incomplete', undefined]);

function understoodResponse(json: JsonRecord): Understood | undefined {
  const { output } = json;
  if (!Array.isArray(output)) return undefined;
  return {
    reportedModel: modelOf(json),
    usage: readResponseUsage(json['usage']),
    outputText: outputTextOfItems(output),
  };
}
