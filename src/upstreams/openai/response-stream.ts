/** The events of a response: the last one has the whole response, usage included. */
import { type JsonRecord, recordOf } from '../json';
import { modelOf } from './endpoints/openai-endpoint';
import { outputTextOfEvent, outputTextOfItems } from './response-text';
import type { TypedEvents } from './typed-event-reader';
import { readResponseUsage } from './usage';

/** Nobody but the provider can: a response that its client leaves is cut. */
const CANCELLED = { code: 'cancelled', message: 'The provider cancelled the answer.' };

/** Why a response, whole or the last of its events, is no answer: a cancelled one has no error that says so. */
export function errorOfResponse({ error, status }: JsonRecord): unknown {
  return error ?? (status === 'cancelled' ? CANCELLED : undefined);
}

export const RESPONSE_EVENTS: TypedEvents = {
  closing: new Set(['response.completed', 'response.incomplete']),
  failing: new Set(['response.failed', 'response.cancelled', 'error']),
  // What OpenAI refuses of a stream, such as a prompt that is too long or comes too fast, it tells behind these.
  opening: new Set(['response.queued', 'response.created', 'response.in_progress']),
  named: true,
  modelOf: ({ response }) => modelOf(recordOf(response)),
  usageOf: ({ response }) => readResponseUsage(recordOf(response)['usage']),
  errorOf: ({ response }) => errorOfResponse(recordOf(response)),
  textOf: outputTextOfEvent,
  wholeTextOf: ({ response }) => outputTextOfItems(recordOf(response)['output']),
};
