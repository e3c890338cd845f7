/**
 * Random histories of the ledger, batch by batch, against its rules told a second time: every verdict, balance,
 * counter and key must be the same. `HISTORIES=50000 npx jest …` runs more; a failure prints its seed and its shortest form.
 */
import { newId } from '../../src/kernel/ids';
import type { LedgerBatch, LedgerVerdict } from '../../src/ledger/ledger-store';
import { walletId } from '../../src/ledger/wallet';
import { auditLedger } from '../support/audit';
import type { DatabaseKind } from '../support/databases';
import { ledgerBed } from '../support/ledger-bed';
import { type Asked, Asker, type Batch, histories } from '../support/ledger-steps';
import { fc } from '../support/properties';

jest.setTimeout(1_800_000);

const ASKED = Number(process.env['HISTORIES'] ?? '0');

describe.each<[DatabaseKind, number]>([
  ['sqlite', ASKED || 500],
  ['mysql', ASKED || 100],
])('simulated histories on %s', (kind, numRuns) => {
  const bed = ledgerBed(kind);

  async function replay(history: readonly Batch[]): Promise<void> {
    const account = await bed.accountWith(0n);
    const asker = new Asker(account);
    for (const { steps, twice } of history) {
      const asked = asker.batch(steps);
      const batch = { id: newId(), items: asked.map(({ item }) => item) };
      expect(await bed.ledger.store.write(batch)).toEqual(asked.map(({ expected }) => expected));
      // Only a database at the end of a wire can lose an answer.
      if (twice && kind === 'mysql' && asked.some(({ expected }) => isGiven(expected))) await expectToldAgain(batch, asked);
    }
    await expectTheSameBooks(account, asker);
  }

  async function expectToldAgain(batch: LedgerBatch, asked: readonly Asked[]): Promise<void> {
    const told = await bed.ledger.store.write(batch);
    for (const [at, { item, expected }] of asked.entries()) {
      // An end that came second in its batch has the receipt of the first: nobody ends a request twice in one batch.
      if (isGiven(expected) || item.kind !== 'end') expect([at, isGiven(told[at])]).toEqual([at, isGiven(expected)]);
    }
  }

  async function expectTheSameBooks(account: string, { rules, counters, keys }: Asker): Promise<void> {
    for (const bucket of ['RMB', 'CREDIT'] as const) {
      const id = walletId(account, bucket);
      expect(await bed.database.query(`SELECT posted, held FROM wallet WHERE id = '${id}'`)).toEqual([rules.balance(id)]);
    }
    for (const { id, ...counted } of await found('SELECT id, spent, held FROM spend_counter WHERE id', counters)) {
      expect({ id, ...counted }).toEqual({ id, ...rules.counter(String(id)) });
    }
    for (const { id, hold_id } of await found('SELECT id, hold_id FROM idempotency_key WHERE id', keys)) {
      expect([id, hold_id]).toEqual([id, rules.holdOfKey(String(id))]);
    }
  }

  function found(select: string, ids: ReadonlySet<string>) {
    return ids.size === 0 ? [] : bed.database.query(`${select} IN (${[...ids].map((id) => `'${id}'`).join(', ')})`);
  }

  bed.promise('give every verdict, balance, counter and key that the rules give', async () => {
    await fc.assert(fc.asyncProperty(histories, replay), { numRuns });
    expect(await auditLedger(bed.database)).toEqual([]);
  });
});

function isGiven(verdict: LedgerVerdict | undefined): boolean {
  return verdict?.verdict === 'granted' || verdict?.verdict === 'done';
}
