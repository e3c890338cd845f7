/** Models that think before they write: what their answers need, and what is paid for those that come to their limit before. */
import { graph } from '../support/forge-client';
import { startGateway } from '../support/gateway-process';
import { type Bed, onEachDatabase } from '../support/on-each-database';
import { fitting, nanoIn, type RunJson, researchRunIn, sectionIn, startResearch } from '../support/research-client';
import type { Script } from '../support/script';
import type { RecordedRequest } from '../support/scripted-upstream';
import { PRIMARY_PRICE, tokenOf } from '../support/shop-catalog';

const ACME = tokenOf('acme');
const ENDED = ['COMPLETED', 'PARTIAL', 'FAILED', 'CANCELLED'];

/** A model that writes, and comes to its limit before it is done. */
function cutShort(request: RecordedRequest): Script {
  const room = request.body['max_completion_tokens'] as number;
  const answer = { choices: [{ index: 0, message: { role: 'assistant', content: '{"summary": "It' }, finish_reason: 'length' }] };
  return { raw: [JSON.stringify({ ...answer, usage: { prompt_tokens: 900, completion_tokens: room, total_tokens: 900 + room } })] };
}

/** A model that uses so many tokens before it writes its first word. */
function thinkingFor(tokens: number) {
  return (request: RecordedRequest): Script => {
    const room = request.body['max_completion_tokens'] as number;
    const isCut = room <= tokens;
    const used = isCut ? room : tokens + 100;
    const message = { role: 'assistant', content: isCut ? null : fitting(request).text };
    const answer = { choices: [{ index: 0, message, finish_reason: isCut ? 'length' : 'stop' }] };
    return { raw: [JSON.stringify({ ...answer, usage: { prompt_tokens: 900, completion_tokens: used, total_tokens: 900 + used } })] };
  };
}

async function onThinkingModel({ gateway, catalog }: Bed, maxOutputTokens = 16_000) {
  expect((await gateway.stop()).code).toBe(0);
  const models = [...catalog.models, { id: 'thinker', contextWindow: 128_000, maxOutputTokens, mediaPartTokens: 100 }];
  const routes = [...catalog.routes, { model: 'thinker', type: 'ORDINARY', price: PRIMARY_PRICE, channels: [{ channel: 'cheap-a' }] }];
  const research = { models: { quick: 'thinker', deep: 'thinker' }, marketData: { provider: 'sample' } };
  return startGateway({ ...gateway.settings, catalog: { ...catalog, models, routes, research } });
}

onEachDatabase('a research run on a model that thinks first', (bed, promise) => {
  const run = async (mode: string): Promise<RunJson> => {
    const id = await startResearch(bed.gateway.origin, ACME, { apiKeyId: 'chat', mode });
    return researchRunIn(bed.gateway.origin, ACME, id, ENDED);
  };
  const ceiling = async () => {
    const query = '{ researchEstimate(input: { apiKeyId: "chat", symbol: "DEMO", mode: STANDARD }) { ceiling { bucket amount } } }';
    return nanoIn((await graph<{ researchEstimate: { ceiling: [] } }>(bed.gateway.origin, ACME, query)).researchEstimate.ceiling);
  };

  promise('learns how much room it needs: the next run pays for no answer that is cut off, and costs what was expected', async () => {
    bed.gateway = await onThinkingModel(bed);
    bed.a.script('thinker', thinkingFor(1_500));
    const before = await ceiling();
    const first = await run('STANDARD');
    expect(first.status).toBe('COMPLETED');
    expect(nanoIn(first.receipt.retryCost)).toBeGreaterThan(0n);
    expect(await ceiling()).toBeGreaterThan(before);
    const next = await run('STANDARD');
    expect(next).toMatchObject({ status: 'COMPLETED', receipt: { requests: 5, retriedSections: 0, estimateError: 0 } });
    expect(nanoIn(next.receipt.charges)).toBe(nanoIn(first.receipt.charges) - nanoIn(first.receipt.retryCost));
  });

  promise('goes on with more room where it is resumed after answers that were all cut off', async () => {
    bed.a.script('thinker', (request) => (sectionIn(request) === 'technical_view' ? thinkingFor(6_000) : fitting)(request));
    const partial = await run('QUICK');
    expect(partial).toMatchObject({ status: 'PARTIAL', statusReason: expect.stringContaining('it was cut off at 4800 tokens') });
    const resume = `mutation { resumeResearchRun(id: "${partial.id}", budget: [{ bucket: RMB, amount: "5" }]) { status } }`;
    await graph(bed.gateway.origin, ACME, resume);
    const whole = await researchRunIn(bed.gateway.origin, ACME, partial.id, ENDED);
    expect(whole.status).toBe('COMPLETED');
    expect(whole.sections.map(({ tries }) => tries)).toEqual([1, 4, 1]);
    expect(nanoIn(whole.receipt.charges)).toBe(whole.sections.reduce((sum, { charge }) => sum + nanoIn(charge), 0n));
  });

  promise(
    'pays no further time for a cut where the model can write no more: once where it only thought, twice where it had begun',
    async () => {
      bed.gateway = await onThinkingModel(bed, 1_000);
      const scripts = {
        market_snapshot: thinkingFor(6_000),
        technical_view: cutShort,
        fundamentals: fitting,
        news: fitting,
        summary: fitting,
      };
      bed.a.script('thinker', (request) => scripts[sectionIn(request) as keyof typeof scripts](request));
      const partial = await run('STANDARD');
      expect(partial.sections.map(({ status, tries }) => [status, tries])).toEqual([
        ['FAILED', 1],
        ['FAILED', 2],
        ['COMPLETED', 1],
        ['COMPLETED', 1],
        ['SKIPPED', 0],
      ]);
      expect(partial.statusReason).toContain('it was cut off at 1000 tokens, the most that it may have');
      expect(bed.a.requests.filter(({ text }) => text.includes('it must be shorter'))).toHaveLength(1);
      // Whoever gives the model more room, and resumes the run, has it written.
      bed.gateway = await onThinkingModel(bed, 16_000);
      bed.a.script('thinker', (request) => (sectionIn(request) === 'market_snapshot' ? thinkingFor(1_500) : fitting)(request));
      await graph(
        bed.gateway.origin,
        ACME,
        `mutation { resumeResearchRun(id: "${partial.id}", budget: [{ bucket: RMB, amount: "5" }]) { id } }`,
      );
      const whole = await researchRunIn(bed.gateway.origin, ACME, partial.id, ENDED);
      expect(whole).toMatchObject({
        status: 'COMPLETED',
        sections: [{ tries: 2 }, { tries: 3 }, { tries: 1 }, { tries: 1 }, { tries: 1 }],
      });
      expect(nanoIn(whole.receipt.charges)).toBe(whole.sections.reduce((sum, { charge }) => sum + nanoIn(charge), 0n));
    },
  );
});
