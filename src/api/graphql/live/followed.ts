/** A tail as the events of a subscription, which ends as soon as nobody follows it. */
import { Interrupt, type Interrupted } from '../../../kernel/interrupt';

const OVER: IteratorReturnResult<undefined> = { done: true, value: undefined };

/**
 * The events of a tail, each as `view` shows it. A generator that waits for its next event cannot be told to end; so the tail
 * is told through its signal, and whoever left waits for nothing.
 */
export function followedTail<T, U>(
  tail: (left: Interrupted<unknown>) => AsyncIterable<T>,
  view: (event: T) => U,
): AsyncIterableIterator<U> {
  const left = new Interrupt<unknown>();
  const events = tail(left)[Symbol.asyncIterator]();
  return endable(
    async () => {
      const event = await events.next();
      return event.done === true ? OVER : { done: false, value: view(event.value) };
    },
    () => left.happen('nobody follows'),
  );
}

/** An iterator whose end is not kept waiting by what it waits for. */
export function endable<T>(next: () => Promise<IteratorResult<T, undefined>>, end: () => void): AsyncIterableIterator<T> {
  let over = false;
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: async () => {
      if (over) return OVER;
      const result = await next();
      return over ? OVER : result;
    },
    return: async () => {
      over = true;
      end();
      return OVER;
    },
  };
}
