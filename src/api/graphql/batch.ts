/** Loaders on top of ports that read many at once. */
import DataLoader from 'dataloader';

/** More ids than this are read in several calls, so that no statement grows without bound. */
const BATCH_MAX = 500;

/** One port call for all ids that one turn asks for; ids that are not found give null. */
export function loaderById<T>(read: (ids: readonly string[]) => Promise<ReadonlyMap<string, T>>): DataLoader<string, T | null> {
  return new DataLoader(
    async (ids: readonly string[]) => {
      const found = await read(ids);
      return ids.map((id) => found.get(id) ?? null);
    },
    { maxBatchSize: BATCH_MAX },
  );
}

/** Equal questions within one request are asked once. */
export function loaderByQuestion<Q, A>(ask: (question: Q) => Promise<A>): DataLoader<Q, A, string> {
  const attempt = async (question: Q): Promise<A | Error> => {
    try {
      return await ask(question);
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  };
  return new DataLoader((questions: readonly Q[]) => Promise.all(questions.map(attempt)), {
    cacheKeyFn: (question) => JSON.stringify(question),
  });
}
