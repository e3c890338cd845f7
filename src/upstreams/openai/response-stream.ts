/** The events of a response: the last one has the whole response, usage included. */
import { recordOf } from '../json';
import { modelOf } from './endpoints/openai-endpoint';
import { outputTextOfEvent, outputTextOfItems } from './response-text';
import type { TypedEvents } from './typed-event-reader';
import { readResponseUsage } from './usage';

export const RESPONSE_EVENTS: TypedEvents = {
  closing: new Set(['response.completed', 'response.incomplete', 'response.cancelled']),
  failing: new Set(['response.failed', 'error']),
  named: true,
  modelOf: ({ response }) => modelOf(recordOf(response)),
  usageOf: ({ response }) => readResponseUsage(recordOf(response)['usage']),
  errorOf: ({ response }) => recordOf(response)['error'],
  textOf: outputTextOfEvent,
  wholeTextOf: ({ response }) => outputTextOfItems(recordOf(response)['output']),
};
