/** What a research run says of money is what its calls were charged: a row that is edited behind the gateway's back is named. */
import { newId } from '../../src/kernel/ids';
import { nano } from '../../src/kernel/money';
import type { Briefing } from '../../src/research/market-data';
import type { ResearchRun } from '../../src/research/run';
import { SqlResearchStore } from '../../src/storage/research/research-store';
import { addPrice, CHARGE, findingsIn, pricedEnd } from '../support/audited-ledger';
import { eachDatabase } from '../support/data-sources';
import { addWallets, move, place, requestFacts } from '../support/ledger-items';
import { openLedger } from '../support/open-ledger';
import { touched } from '../support/touched-rows';

const NOW = 1_790_000_000_000;
const RUN = newId();
const SECTIONS = ['one', 'two'].map((name) => ({ id: newId(), name, title: `The ${name}`, model: 'small' }));
const [ONE = '', TWO = ''] = SECTIONS.map(({ id }) => id);
const CALLS = [newId(), newId(), newId()];
const [FIRST = ''] = CALLS;

/** What is done, and the line that the audit says of it. */
const TOUCHES: readonly (readonly [what: string, table: string, statement: string, says: string])[] = [
  [
    'a line that says more was spent',
    'research_event',
    `UPDATE research_event SET spent_rmb = ${3n * CHARGE + 1n} WHERE seq = 4`,
    `I21 research_event ${RUN} #4: it says that more was spent than the receipts of its run were charged`,
  ],
  [
    'a line that says so of the other bucket',
    'research_event',
    'UPDATE research_event SET spent_credit = 1 WHERE seq = 4',
    `I21 research_event ${RUN} #4: it says that more was spent than the receipts of its run were charged`,
  ],
  [
    'a line that says less was spent',
    'research_event',
    'UPDATE research_event SET spent_rmb = 0 WHERE seq = 4',
    `I21 research_event ${RUN} #4: it says that less was spent than the line before it`,
  ],
  [
    'a call that is put down to another run',
    'research_call',
    `UPDATE research_call SET run_id = '${newId()}' WHERE receipt_id = '${FIRST}'`,
    `I21 research_call ${FIRST}: what it was charged, or its section, is of another run`,
  ],
  [
    'a call that is put down to no section',
    'research_call',
    `UPDATE research_call SET section_id = 'none' WHERE receipt_id = '${FIRST}'`,
    `I21 research_call ${FIRST}: what it was charged, or its section, is of another run`,
  ],
  [
    'a charge that is taken from the run',
    'receipt',
    `UPDATE receipt SET run_id = NULL WHERE id = '${FIRST}'`,
    `I21 research_call ${FIRST}: what it was charged, or its section, is of another run`,
  ],
  [
    'a call that is removed',
    'research_call',
    `DELETE FROM research_call WHERE receipt_id = '${FIRST}'`,
    `I21 research_section ${ONE}: the call whose answer it shows is none of its own`,
  ],
  [
    'an answer that is put down to the call of another section',
    'research_section',
    `UPDATE research_section SET call_id = '${FIRST}' WHERE id = '${TWO}'`,
    `I21 research_section ${TWO}: the call whose answer it shows is none of its own`,
  ],
];

eachDatabase('the audit of a research run', (opened, promise) => {
  promise('finds nothing in one that is in order, and names each row that was touched', async () => {
    const ledger = await openLedger(opened.database);
    await addPrice(opened.database);
    await addWallets(opened.database, 'acme');
    await ledger.store.write({ id: newId(), items: [move('acme', 1_000_000n)] });
    const store = new SqlResearchStore(opened.dataSource);
    const said = (kind: 'RUN_QUEUED' | 'SECTION_STARTED', calls: number) => ({
      ...{ at: NOW, kind, sectionId: null, message: null, spent: { RMB: BigInt(calls) * CHARGE, CREDIT: 0n } },
    });
    await store.add({ research: aRun(), provider: 'sample', briefing: {} as Briefing, sections: SECTIONS }, said('RUN_QUEUED', 0), null);
    // The first section is asked for twice, and shows what its first call answered; the line is written as the next call begins.
    for (const [at, call] of CALLS.entries()) {
      const section = { id: at === 2 ? TWO : ONE, tries: 1 };
      await store.write({ runId: RUN, owner: null, call, section, event: said('SECTION_STARTED', at) });
      const hold = place('acme', 30_000n, { request: requestFacts('acme', { requestId: call, runId: RUN }) });
      await ledger.store.write({ id: newId(), items: [hold] });
      await ledger.store.write({ id: newId(), items: [pricedEnd(hold)] });
    }
    await store.write({ runId: RUN, owner: null, section: { id: ONE, callId: FIRST } });
    // A call that was refused because the run had ended is of no run, and costs nothing.
    await store.write({ runId: RUN, owner: null, call: newId(), section: { id: TWO, tries: 2 } });
    await ledger.close();

    expect(await findingsIn(opened.database)).toEqual([]);
    for (const [what, table, statement, says] of TOUCHES) {
      const found = await touched(opened.database, [table], [statement], () => findingsIn(opened.database));
      expect({ what, found }).toEqual({ what, found: expect.arrayContaining([says]) });
    }
    expect(await findingsIn(opened.database)).toEqual([]);
  });
});

function aRun(): ResearchRun {
  const budget = [{ bucket: 'RMB', amount: nano(1_000_000n) }] as const;
  const estimate = { mode: 'QUICK', sections: 2, expected: budget, ceiling: budget, expectedTokens: 7, expectedSeconds: 3 } as const;
  return {
    ...{ symbol: 'DEMO', mode: 'QUICK', models: { quick: 'small', deep: 'large' }, report: null },
    estimate: { ...estimate, balanceOk: true, warnings: [] },
    run: {
      ...{ id: RUN, kind: 'RESEARCH', accountId: 'acme', apiKeyId: 'chat', name: 'DEMO', status: 'QUEUED', statusReason: null, budget },
      ...{ createdAt: NOW, startedAt: null, finishedAt: null },
    },
  };
}
