/**
 * What an `Idempotency-Key` was settled with stands: its twin is answered as it was, whatever has become of the run, the models and the
 * limits since. The ledger tells of the key where a hold is asked for; where a twin is refused before, the key is looked up.
 */
import { Fault } from '../kernel/fault';
import { sameKey } from '../ledger/key-use';
import type { Idempotence } from '../ledger/ledger-store';
import type { Gateway } from './completion-request';
import { ReceiptedFault } from './ending/end-durably';
import type { KeptAnswer } from './ending/kept-answer';
import type { Settled } from './ending/settle';
import { isAboutKey, sameKeyFault } from './reading/same-key';

type Means = Pick<Gateway, 'archive' | 'clock' | 'reader'>;

/**
 * The settled request, or the answer of the earlier one with the same key.
 * @throws Fault `idempotency_…` for a twin that there is no answer for, `temporarily_unavailable` where that cannot be looked up, else
 * what `serve` throws
 */
export async function settledOrGivenBefore(
  means: Means,
  requestId: string,
  idempotence: Idempotence | null,
  serve: () => Promise<Settled>,
): Promise<Settled | KeptAnswer> {
  try {
    return await serve();
  } catch (error) {
    if (idempotence === null || !isRefusal(error)) throw error;
    const fault = isAboutKey(error) ? error : await lookedUp(() => faultOfTwin(means, requestId, idempotence));
    const answer = fault === null ? null : await lookedUp(() => answerOf(means, idempotence, fault));
    if (answer === null) throw fault ?? error;
    return answer;
  }
}

/** Not what was sent and failed, which has its receipt, nor what may be sent again in a moment. */
function isRefusal(error: unknown): error is Fault {
  return error instanceof Fault && !(error instanceof ReceiptedFault) && error.code !== 'temporarily_unavailable';
}

/** null: the request is no twin. */
async function faultOfTwin({ reader }: Means, requestId: string, idempotence: Idempotence): Promise<Fault | null> {
  const use = await reader.keyUse(idempotence.id);
  const same = use === undefined ? null : sameKey(use, requestId, idempotence);
  return same === null ? null : sameKeyFault(same);
}

/** null: none is kept, or that of another request, because the key was used again after it. */
async function answerOf({ archive, clock }: Means, { id }: Idempotence, { code, detail }: Fault): Promise<KeptAnswer | null> {
  if (archive === null || code !== 'idempotency_settled') return null;
  const answer = await archive.find(id, clock.now());
  return answer === null || answer.requestId !== detail.receiptId ? null : answer;
}

const NOT_LOOKED_UP =
  'Whether this Idempotency-Key was used before cannot be looked up now: nothing was sent or charged for this request. Try again in a moment.';

async function lookedUp<T>(look: () => Promise<T>): Promise<T> {
  try {
    return await look();
  } catch (cause) {
    throw new Fault('temporarily_unavailable', NOT_LOOKED_UP, { cause });
  }
}
