/** Frames an event again, as it is written to the client. */
import type { EventSourceMessage } from 'eventsource-parser';
import { replaceMember } from '../kernel/json-members';

/**
 * The event with its `event` and `id` lines. `withoutUsage`: its usage becomes null, as in the chunks of a stream that
 * has a usage chunk at its end; every other byte stays.
 */
export function frameOf(event: EventSourceMessage, withoutUsage: boolean): string {
  const data = withoutUsage ? replaceMember(event.data, 'usage', 'null') : event.data;
  const lines = data.includes('\n') ? data.replaceAll('\n', '\ndata: ') : data;
  if (event.event === undefined && event.id === undefined) return `data: ${lines}\n\n`;
  return `${line('event', event.event)}${line('id', event.id)}data: ${lines}\n\n`;
}

function line(field: string, value: string | undefined): string {
  return value === undefined ? '' : `${field}: ${value}\n`;
}
