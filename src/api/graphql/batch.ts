/** Loaders on top of ports that read many at once. What was asked for by a request that is refused by then is not read. */
import DataLoader from 'dataloader';
import { InvariantBroken } from '../../kernel/invariant';
import type { NodeAllowance } from './node-allowance';

/** More ids than this are read in several calls, so that no statement grows without bound. */
const BATCH_MAX = 500;

/** One port call for all ids that one turn asks for; ids that are not found give null. */
export function loaderById<T>(
  allowance: NodeAllowance,
  read: (ids: readonly string[]) => Promise<ReadonlyMap<string, T>>,
): DataLoader<string, T | null> {
  return new DataLoader(
    async (ids: readonly string[]) => {
      allowance.check();
      const found = await read(ids);
      return ids.map((id) => found.get(id) ?? null);
    },
    { maxBatchSize: BATCH_MAX },
  );
}

/** Equal questions within one request are asked once. */
export function loaderByQuestion<Q, A>(allowance: NodeAllowance, ask: (question: Q) => Promise<A>): DataLoader<Q, A, string> {
  const attempt = async (question: Q): Promise<A | Error> => {
    try {
      allowance.check();
      return await ask(question);
    } catch (error) {
      return asError(error);
    }
  };
  return new DataLoader((questions: readonly Q[]) => Promise.all(questions.map(attempt)), {
    cacheKeyFn: (question) => JSON.stringify(question),
  });
}

export interface OfOwner<Q> {
  readonly id: string;
  readonly question: Q;
}

/** One port call for all owners of whom one turn asks the same, and one for each other question. */
export function loaderByOwner<Q, A>(
  allowance: NodeAllowance,
  ask: (ids: readonly string[], question: Q) => Promise<ReadonlyMap<string, A>>,
): DataLoader<OfOwner<Q>, A, string> {
  const answers = async (wanted: readonly OfOwner<Q>[]): Promise<(A | Error)[]> => {
    allowance.check();
    const asked = new Map<string, { readonly question: Q; readonly ids: string[] }>();
    for (const { id, question } of wanted) {
      const same = asked.get(JSON.stringify(question)) ?? { question, ids: [] };
      same.ids.push(id);
      asked.set(JSON.stringify(question), same);
    }
    const found = new Map<string, ReadonlyMap<string, A> | Error>();
    for (const [text, { question, ids }] of asked) found.set(text, await ask(ids, question).catch(asError));
    return wanted.map(({ id, question }) => answerOf(found.get(JSON.stringify(question)), id));
  };
  return new DataLoader(answers, { cacheKeyFn: (key) => JSON.stringify(key), maxBatchSize: BATCH_MAX });
}

function answerOf<A>(found: ReadonlyMap<string, A> | Error | undefined, id: string): A | Error {
  if (found instanceof Error) return found;
  return found?.get(id) ?? new InvariantBroken(`nothing was read of ${id}`);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
