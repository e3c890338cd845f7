import { Fault } from '../kernel/fault';
import type { KeyUse } from '../ledger/key-use';
import { ReceiptedFault } from './ending/end-durably';
import type { AnswerArchive, KeptAnswer } from './ending/kept-answer';
import type { Settled } from './ending/settle';
import { settledOrGivenBefore } from './given-before';

const KEY = { id: 'key', bodyHash: 'body' };
const ENDED = new Fault('invalid_request', 'The run has ended.');

/** How a call with a key that was used so is answered where it would end so; and how often the key was looked up. */
async function answered(end: Settled | Error, use: Partial<KeyUse> | Error | undefined, kept?: KeptAnswer | Error | null) {
  let looks = 0;
  const keyUse = async () => {
    looks += 1;
    if (use instanceof Error) throw use;
    return use && { bodyHash: 'body', requestId: 'first', state: 'SETTLED' as const, ...use };
  };
  const clock = { now: () => 0, monotonic: () => 0, sleep: async () => undefined };
  const serve = async () => {
    if (end instanceof Error) throw end;
    return end;
  };
  const find = async () => {
    if (kept instanceof Error) throw kept;
    return kept ?? null;
  };
  const archive: AnswerArchive | null = kept === undefined ? null : { keepMs: 1, seal: () => '', find };
  const ended = await settledOrGivenBefore({ archive, clock, reader: { keyUse } }, 'twin', KEY, serve).catch((error: unknown) => error);
  return { ended, looks };
}

describe('a call with an Idempotency-Key', () => {
  it('is never looked up where it is served, nor where it was sent and failed', async () => {
    const settled = {} as Settled;
    expect(await answered(settled, {})).toEqual({ ended: settled, looks: 0 });
    const failed = new ReceiptedFault('internal_error', 'x');
    expect(await answered(failed, {})).toEqual({ ended: failed, looks: 0 });
  });

  it('is refused for what is wrong with it where its key held nothing before, or gave it back', async () => {
    for (const use of [undefined, { state: 'RELEASED' as const }, { requestId: 'twin' }])
      expect(await answered(ENDED, use)).toEqual({ ended: ENDED, looks: 1 });
  });

  it('that would be refused is told of the first one before anything else', async () => {
    expect(await answered(ENDED, {})).toMatchObject({ ended: { code: 'idempotency_settled', detail: { receiptId: 'first' } } });
    expect(await answered(ENDED, { state: 'OPEN' })).toMatchObject({ ended: { code: 'idempotency_in_progress' } });
    expect(await answered(ENDED, { bodyHash: 'another' })).toMatchObject({ ended: { code: 'idempotency_mismatch' } });
  });

  it('is to be sent again where its key cannot be looked up: nobody is told that it may not run', async () => {
    expect(await answered(ENDED, new Error('away'))).toMatchObject({ ended: { code: 'temporarily_unavailable' } });
  });

  describe('whose answers are kept', () => {
    const kept = (requestId: string): KeptAnswer => ({
      ...{ requestId, routeType: 'ORDINARY', bucket: 'RMB', stream: false, charge: '1', text: '{}' },
    });

    it('is given the answer of the request that settled it, and no other: a key may have been used again since', async () => {
      expect(await answered(ENDED, {}, kept('first'))).toMatchObject({ ended: kept('first') });
      for (const other of [kept('second'), null])
        expect(await answered(ENDED, {}, other)).toMatchObject({ ended: { code: 'idempotency_settled' } });
    });

    it('is given none for another body, and none while the first request runs', async () => {
      expect(await answered(ENDED, { bodyHash: 'another' }, kept('first'))).toMatchObject({ ended: { code: 'idempotency_mismatch' } });
      expect(await answered(ENDED, { state: 'OPEN' }, kept('first'))).toMatchObject({ ended: { code: 'idempotency_in_progress' } });
    });

    it('is to be sent again where they cannot be looked up', async () => {
      expect(await answered(ENDED, {}, new Error('away'))).toMatchObject({ ended: { code: 'temporarily_unavailable' } });
    });
  });
});
