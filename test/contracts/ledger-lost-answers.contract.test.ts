/** What is told of holds and movements that were refused in a batch whose answer was lost: why, or that nobody can tell any more. */
import { createHash } from 'node:crypto';
import type { LedgerItem, LedgerVerdict, PlaceHold } from '../../src/ledger/ledger-store';
import { counterId } from '../../src/ledger/spend-counter';
import { auditLedger } from '../support/audit';
import type { DatabaseKind } from '../support/databases';
import { type ForgetfulLedger, forgetfulLedger } from '../support/forgetful-ledger';
import { ledgerBed } from '../support/ledger-bed';
import { addWallets, end, move, place } from '../support/ledger-items';

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

describe.each<DatabaseKind>(['sqlite', 'mysql'])('a batch whose answer was lost, on %s', (kind) => {
  let ledger: ForgetfulLedger;
  let receiptId: string;
  const bed = ledgerBed(kind, {
    anewForEachTest: true,
    opens: async (database) => {
      ledger = await forgetfulLedger(database);
      return ledger;
    },
    prepare: async () => {
      const charged = place('acme', 100n);
      receiptId = charged.request.requestId;
      await addWallets(bed.database, 'acme');
      await write(move('acme', 1_000n), charged);
      await write(end(charged, 100n));
      return async () => expect(await auditLedger(bed.database)).toEqual([]);
    },
  });
  const { promise, write } = bed;

  /** Beside something that is written: a batch of refusals alone leaves no rows, and is decided anew. */
  async function told(...items: LedgerItem[]): Promise<readonly LedgerVerdict[]> {
    ledger.forget();
    const [first, ...rest] = await write(move('acme', 1n, { entryKind: 'REFUND', receiptId }), ...items);
    expect([first, ledger.left()]).toEqual([{ verdict: 'done' }, 0]);
    return rest;
  }

  const keyed = (body: string, over: Partial<PlaceHold> = {}) =>
    place('acme', 10n, { idempotence: { id: hashOf('one key'), bodyHash: hashOf(body) }, ...over });

  function within(amount: bigint, ceiling: bigint): PlaceHold {
    const hold = place('acme', amount);
    const counter = counterId({ scope: 'key', scopeId: 'acme-key', bucket: 'RMB', window: 'LIFETIME' }, hold.placedAt);
    return { ...hold, ceilings: [{ counterId: counter, ceiling }] };
  }

  promise('tells a hold that its limit refused it, and what stands against that', async () => {
    const [spent, held, over] = [within(30n, 200n), within(50n, 200n), within(40n, 200n)];
    await write(spent, held);
    await write(end(spent, 20n));
    const { counterId: id, ceiling } = over.ceilings[0]!;
    expect(await told(over)).toEqual([{ verdict: 'over_limit', counterId: id, ceiling, spent: 120n, held: 50n }]);
    await write(end(held, 0n));
  });

  promise('tells twins of one key that the first is running, that it was settled, or had another body', async () => {
    const first = keyed('body');
    const { requestId } = first.request;
    await write(first);
    expect(await told(keyed('body'), keyed('another'))).toEqual([
      { verdict: 'same_key', state: 'running', requestId },
      { verdict: 'same_key', state: 'other_body', requestId },
    ]);
    await write(end(first, 5n));
    expect(await told(keyed('body'))).toEqual([{ verdict: 'same_key', state: 'settled', requestId }]);
  });

  promise('tells twins in the batch itself which of them was placed', async () => {
    const [first, second] = [keyed('body'), keyed('body')];
    expect(await told(first, second)).toEqual([
      { verdict: 'granted', amount: 10n },
      { verdict: 'same_key', state: 'running', requestId: first.request.requestId },
    ]);
    await write(end(first, 0n));
  });

  promise('tells a hold that the balance refused it, and what there is', async () => {
    expect(await told(place('acme', 2_000n))).toEqual([{ verdict: 'insufficient', available: 901n }]);
  });

  promise('blames nothing where what refused a hold or a movement has passed since', async () => {
    const hold = place('acme', 500n);
    await write(hold);
    const refused = [place('acme', 600n), move('acme', -700n)];
    expect(await told(...refused, end(hold, 0n))).toEqual([{ verdict: 'refused' }, { verdict: 'refused' }, { verdict: 'done' }]);
    expect(await bed.database.query("SELECT posted, held FROM wallet WHERE id = 'acme:RMB'")).toEqual([{ posted: 901n, held: 0n }]);
  });
});
