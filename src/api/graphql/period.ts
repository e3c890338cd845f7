/** The time that a list of sums is about: two instants of the caller. */
import { wrong } from '../../kernel/fault';

export const FROM = { description: 'Requests received from this instant on.' };
export const TO = { description: 'Requests received before this instant.' };

/** Milliseconds since 1970; from inclusive, to exclusive. @throws Fault `invalid_request` for a time in which nothing can lie */
export function periodOf(from: number, to: number): { readonly from: number; readonly to: number } {
  if (from >= to) throw wrong('from', 'must be before "to"');
  return { from, to };
}
