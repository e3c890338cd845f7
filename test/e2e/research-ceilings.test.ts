/** What bounds a run where its estimate is nothing. */
import { gate } from '../support/eventually';
import { graph } from '../support/forge-client';
import { OPERATOR_TOKEN, startGateway } from '../support/gateway-process';
import { onEachDatabase } from '../support/on-each-database';
import { fitting, nanoIn, researchRunIn, startResearch } from '../support/research-client';
import { tokenOf } from '../support/shop-catalog';

const ACME = tokenOf('acme');

onEachDatabase('a research run of models that cost nothing', (bed, promise) => {
  promise('is written for nothing, and pauses where they begin to cost something: nobody agreed to that', async () => {
    expect((await bed.gateway.stop()).code).toBe(0);
    const research = { models: { quick: 'free', deep: 'free' }, marketData: { provider: 'sample' } };
    bed.gateway = await startGateway({ ...bed.gateway.settings, catalog: { ...bed.catalog, research } });
    bed.a.script('free', fitting);
    const { origin } = bed.gateway;
    const start = () => startResearch(origin, ACME, { apiKeyId: 'chat', mode: 'QUICK' });
    const unpaid = await researchRunIn(origin, ACME, await start(), ['COMPLETED', 'PAUSED']);
    expect([unpaid.status, nanoIn(unpaid.spent)]).toEqual(['COMPLETED', 0n]);

    const { opened, open } = gate();
    bed.a.script('free', (request) => ({ ...fitting(request), gate: { before: 'head', opened } }));
    const asked = bed.a.requests.length;
    const id = await start();
    await bed.a.until(() => bed.a.requests.length === asked + 2);
    await graph(
      origin,
      OPERATOR_TOKEN,
      'mutation { setPrice(routeId: "free:ORDINARY", price: { input: "1", output: "4" }) { __typename } }',
    );
    open();
    const paused = await researchRunIn(origin, ACME, id, ['COMPLETED', 'PAUSED']);
    expect(paused).toMatchObject({ status: 'PAUSED', statusReason: expect.stringMatching(/budget of the run .* RMB is 0 CNY/) });
    expect([nanoIn(paused.spent), nanoIn(paused.spent, 'CREDIT')]).toEqual([0n, 0n]);
    await graph(origin, ACME, `mutation { resumeResearchRun(id: "${id}", budget: [{ bucket: RMB, amount: "5" }]) { id } }`);
    const whole = await researchRunIn(origin, ACME, id, ['COMPLETED']);
    expect(nanoIn(whole.spent)).toBeGreaterThan(0n);
  });
});
