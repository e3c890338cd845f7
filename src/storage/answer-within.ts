/** A database that accepts and never answers must not keep a caller who has a client waiting. */
import { within } from '../kernel/within';

/**
 * Gives what `asking` gives, when it does so within `ms`. The question itself goes on: its answer is nobody's then.
 * @throws Error when time is up
 */
export function answerWithin<T>(ms: number, asking: Promise<T>): Promise<T> {
  return within(ms, asking, () => {
    throw new Error(`The database did not answer within ${ms} ms.`);
  });
}
