/** A run that its process loses although it lives: after a stall, or when the clock of the database has jumped. */
import { eventually, gate } from '../support/eventually';
import { nanoOf } from '../support/forge-client';
import { startGateway } from '../support/gateway-process';
import { onEachDatabase } from '../support/on-each-database';
import { fitting, nanoIn, researchRunIn, sectionIn, startResearch } from '../support/research-client';
import { tokenOf } from '../support/shop-catalog';

const ACME = tokenOf('acme');

onEachDatabase(
  'a research run whose lease has run out under its process',
  (bed, promise) => {
    promise('is finished by another process with the answers that the first one paid for: nothing is asked for twice', async () => {
      const other = await startGateway(bed.gateway.settings);
      try {
        const { opened, open } = gate();
        for (const model of ['small', 'small-2025'])
          bed.a.script(model, (request) => ({ ...fitting(request), gate: { before: 'head', opened } }));
        const id = await startResearch(bed.gateway.origin, ACME, { apiKeyId: 'chat', mode: 'QUICK' });
        await bed.a.until(() => bed.a.requests.length === 2);
        const lease = async () => (await bed.database.query(`SELECT lease_owner, lease_until FROM research_run WHERE id = '${id}'`))[0];
        const first = (await lease())?.['lease_owner'];
        // What a clock that jumps ahead by an hour does to a lease: it has run out, and whoever looks first has it.
        await bed.database.query(`UPDATE research_run SET lease_owner = NULL, lease_until = NULL WHERE id = '${id}'`);
        await eventually(async () => expect((await lease())?.['lease_owner']).toEqual(expect.not.stringMatching(`^${first}$`)));
        // Leases are looked after once a second: when the new owner has done so three times, the former one knows.
        const seen = new Set<unknown>();
        await eventually(async () => expect(seen.add((await lease())?.['lease_until']).size).toBeGreaterThan(3));
        open();
        const run = await researchRunIn(bed.gateway.origin, ACME, id, ['COMPLETED']);
        expect(bed.a.requests.map(sectionIn).sort()).toEqual(['market_snapshot', 'summary', 'technical_view']);
        const receipts = run.sections.flatMap((section) => section.receipts);
        expect(receipts.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED']);
        expect(receipts.reduce((sum, { charge }) => sum + nanoOf(charge), 0n)).toBe(nanoIn(run.receipt.charges));
        expect(nanoIn(run.receipt.retryCost)).toBe(0n);
      } finally {
        expect((await other.stop()).code).toBe(0);
      }
    });
  },
  ['mysql'],
);
