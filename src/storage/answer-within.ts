/** A database that accepts and never answers must not keep a caller who has a client waiting. */

/**
 * Gives what `asking` gives, when it does so within `ms`. The question itself goes on: its answer is nobody's then.
 * @throws Error when time is up
 */
export async function answerWithin<T>(ms: number, asking: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`The database did not answer within ${ms} ms.`)), ms);
  });
  try {
    return await Promise.race([asking, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
