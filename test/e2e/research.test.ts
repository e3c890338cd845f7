/** Research runs: what a user asks for, gets and pays. */
import { gate } from '../support/eventually';
import { get, graph, graphAnswer, nanoOf, postChat, receipt } from '../support/forge-client';
import { OPERATOR_TOKEN, startGateway } from '../support/gateway-process';
import { type Bed, onEachDatabase } from '../support/on-each-database';
import {
  fitting,
  nanoIn,
  type ResearchWish,
  type RunJson,
  researchRun,
  researchRunIn,
  sectionIn,
  startResearch,
} from '../support/research-client';
import type { ScriptedUpstream, Served } from '../support/scripted-upstream';
import { answerOf } from '../support/section-answers';
import { BACKUP_PRICE, HI, PRIMARY_PRICE, secretOf, tokenOf } from '../support/shop-catalog';

const ACME = tokenOf('acme');
const [PRIMARY, BACKUP] = [
  { input: 1_000n, output: 4_000n },
  { input: 2_000n, output: 8_000n },
];
const ENDED = ['COMPLETED', 'PARTIAL', 'FAILED', 'CANCELLED'];

const served = (upstream: ScriptedUpstream) => upstream.served.filter(({ completed }) => completed);
const costOf = (all: readonly Served[], price: { input: bigint; output: bigint }) =>
  all.reduce((sum, one) => sum + BigInt(one.promptTokens) * price.input + BigInt(one.completionTokens) * price.output, 0n);

/** What the run's own receipt says, against its sections and its calls: to the nano. */
function expectToAddUp({ receipt, sections, spent }: RunJson): void {
  const total = nanoIn(receipt.charges);
  expect(nanoIn(spent)).toBe(total);
  expect(sections.reduce((sum, { charge }) => sum + nanoIn(charge), 0n)).toBe(total);
  expect(sections.flatMap(({ receipts }) => receipts).reduce((sum, { charge }) => sum + nanoOf(charge), 0n)).toBe(total);
  expect(receipt.byModel.reduce((sum, { charge }) => sum + nanoOf(charge), 0n)).toBe(total);
  expect(receipt.bySection.reduce((sum, { charge }) => sum + nanoIn(charge), 0n)).toBe(total);
}

onEachDatabase('a research run', (bed, promise) => {
  const start = (wish: Partial<ResearchWish> = {}) => startResearch(bed.gateway.origin, ACME, { apiKeyId: 'chat', mode: 'QUICK', ...wish });
  const ended = (id: string, states = ENDED) => researchRunIn(bed.gateway.origin, ACME, id, states);

  beforeEach(() => {
    for (const upstream of [bed.a, bed.b]) for (const model of ['small', 'small-2025', 'stubborn']) upstream?.script(model, fitting);
  });

  promise('is started once, however often the same request comes', async () => {
    const input = { apiKeyId: 'chat', symbol: 'DEMO', mode: 'QUICK', acknowledgeWarnings: true };
    const mutation = 'mutation($input: ResearchInput!) { startResearchRun(input: $input, idempotencyKey: "monday") { id } }';
    const startOnce = (wish = input) => graphAnswer(bed.gateway.origin, ACME, mutation, { input: wish });
    const answers = [...(await Promise.all([startOnce(), startOnce(), startOnce()])), await startOnce()];
    const ids = answers.map(({ data }) => (data as { startResearchRun: { id: string } }).startResearchRun.id);
    expect(new Set(ids).size).toBe(1);
    const { errors } = await startOnce({ ...input, mode: 'DEEP' });
    expect(errors).toMatchObject([{ message: expect.stringContaining(`${ids[0]}`), extensions: { faultCode: 'idempotency_mismatch' } }]);
    await ended(ids[0] ?? '');
  });

  promise('is estimated, started, written section by section, and adds up to what its calls cost', async () => {
    const input = { apiKeyId: 'chat', symbol: 'DEMO', mode: 'QUICK' };
    const query = `query($input: ResearchInput!) { researchEstimate(input: $input) {
      mode sections expected { bucket amount } ceiling { bucket amount } expectedTokens balanceOk warnings { code } } }`;
    const { researchEstimate: estimate } = await graph<{ researchEstimate: Record<string, never> }>(bed.gateway.origin, ACME, query, {
      input,
    });
    expect(estimate).toMatchObject({ mode: 'QUICK', sections: 3, balanceOk: true, warnings: [{ code: 'FALLBACK_DEARER' }] });
    const before = [served(bed.a).length, served(bed.b).length];
    const run = await ended(await start());
    expect(run).toMatchObject({ status: 'COMPLETED', statusReason: null, receipt: { requests: 3, attempts: 3, retriedSections: 0 } });
    expect(run.sections.map(({ name, status, tries }) => [name, status, tries])).toEqual([
      ['market_snapshot', 'COMPLETED', 1],
      ['technical_view', 'COMPLETED', 1],
      ['summary', 'COMPLETED', 1],
    ]);
    expectToAddUp(run);
    expect(nanoIn(run.receipt.charges)).toBe(costOf(served(bed.a).slice(before[0]), PRIMARY));
    expect(served(bed.b)).toHaveLength(before[1] ?? 0);
    // Without a budget the ceiling of the estimate is one.
    expect(run.budget).toEqual(estimate['ceiling']);
    expect(run.report).toContain('Research only');
    for (const { content } of run.sections) expect(run.report).toContain(content?.trim().split('\n')[0]);
    const { researchRun: page } = await graph<{ researchRun: { reportHtml: string } }>(
      bed.gateway.origin,
      ACME,
      `{ researchRun(id: "${run.id}") { reportHtml } }`,
    );
    expect(page.reportHtml).toMatch(/^<!doctype html>/i);
  });

  promise('learns from finished runs: the next estimate is what they took', async () => {
    await ended(await start());
    const expectation = async () => {
      const query = '{ researchEstimate(input: { apiKeyId: "chat", symbol: "DEMO", mode: QUICK }) { expected { amount } expectedTokens } }';
      return (
        await graph<{ researchEstimate: { expected: { amount: string }[]; expectedTokens: number } }>(bed.gateway.origin, ACME, query)
      ).researchEstimate;
    };
    // Every run before took the same.
    const { expected, expectedTokens } = await expectation();
    const run = await ended(await start());
    expect(expectedTokens).toBe(run.receipt.usage.inputTokens + run.receipt.usage.outputTokens);
    expect(nanoOf(expected[0]?.amount ?? '')).toBe(nanoIn(run.receipt.charges));
    expect(run.receipt.estimateError).toBe(0);
  });

  promise('is estimated by how long its answers took, and not by how long a run was paused', async () => {
    const id = await start({ budget: [{ bucket: 'RMB', amount: '0.001' }] });
    await ended(id, ['PAUSED']);
    // Somebody raises the budget the day after.
    await bed.database.query(`UPDATE research_section SET started_at = started_at - 86400000 WHERE run_id = '${id}'`);
    await graph(bed.gateway.origin, ACME, `mutation { resumeResearchRun(id: "${id}", budget: [{ bucket: RMB, amount: "5" }]) { id } }`);
    expect((await ended(id)).status).toBe('COMPLETED');
    const query = '{ researchEstimate(input: { apiKeyId: "chat", symbol: "DEMO", mode: QUICK }) { expectedSeconds } }';
    const { researchEstimate } = await graph<{ researchEstimate: { expectedSeconds: number } }>(bed.gateway.origin, ACME, query);
    expect(researchEstimate.expectedSeconds).toBeLessThan(3_600);
  });

  promise('is refused until its warnings are acknowledged, and for what cannot be looked at', async () => {
    const refusal = async (input: object) => {
      const mutation = 'mutation($input: ResearchInput!) { startResearchRun(input: $input) { id } }';
      const base = { apiKeyId: 'chat', symbol: 'DEMO', mode: 'QUICK' };
      return (await graphAnswer(bed.gateway.origin, ACME, mutation, { input: { ...base, ...input } })).errors?.[0]?.message;
    };
    expect(await refusal({})).toMatch(/acknowledgeWarnings must be true.*FALLBACK_DEARER/);
    expect(await refusal({ symbol: 'NOSUCH', acknowledgeWarnings: true })).toMatch(/symbol/);
    expect(await refusal({ symbol: '../etc', acknowledgeWarnings: true })).toMatch(/symbol/);
    expect(await refusal({ apiKeyId: 'globex-chat', acknowledgeWarnings: true })).toMatch(/no API key/);
    expect(await refusal({ apiKeyId: 'official', mode: 'DEEP', acknowledgeWarnings: true })).toMatch(/only an ORDINARY route/);
    const codes = async (apiKeyId: string, budget?: object) => {
      const query = 'query($input: ResearchInput!) { researchEstimate(input: $input) { balanceOk warnings { code } } }';
      const input = { apiKeyId, symbol: 'DEMO', mode: 'QUICK', budget };
      const answer = await graph<{ researchEstimate: { balanceOk: boolean; warnings: { code: string }[] } }>(
        bed.gateway.origin,
        OPERATOR_TOKEN,
        query,
        { input },
      );
      return [answer.researchEstimate.balanceOk, ...answer.researchEstimate.warnings.map(({ code }) => code)];
    };
    expect(await codes('lean-chat')).toEqual([false, 'BALANCE_SHORT', 'FALLBACK_DEARER']);
    expect(await codes('chat', [{ bucket: 'RMB', amount: '0.001' }])).toEqual([true, 'BUDGET_BELOW_ESTIMATE', 'FALLBACK_DEARER']);
    expect(await codes('chat', [{ bucket: 'CREDIT', amount: '1' }])).toEqual([true, 'BUDGET_BELOW_ESTIMATE', 'FALLBACK_DEARER']);
  });

  promise(
    'warns of what is left of the spend limits of its key and its project, and is held to them when that is acknowledged',
    async () => {
      const spend = [{ bucket: 'RMB', window: 'DAY', amount: '0.02' }];
      const made = await graph<{ createApiKey: { secret: string; apiKey: { id: string } } }>(
        bed.gateway.origin,
        ACME,
        'mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret apiKey { id } } }',
        { input: { name: 'limited', spendLimits: spend } },
      );
      const { id } = made.createApiKey.apiKey;
      const warned = async () => {
        const query = `{ researchEstimate(input: { apiKeyId: "${id}", symbol: "DEMO", mode: QUICK }) { balanceOk warnings { code message } } }`;
        const { researchEstimate } = await graph<{
          researchEstimate: { balanceOk: boolean; warnings: { code: string; message: string }[] };
        }>(bed.gateway.origin, ACME, query);
        return [researchEstimate.balanceOk, ...researchEstimate.warnings.filter(({ code }) => code === 'SPEND_LIMIT_SHORT')];
      };
      const left = async () => {
        const { apiKey } = await graph<{ apiKey: { limits: { spend: { remaining: string }[] } } }>(
          bed.gateway.origin,
          ACME,
          `{ apiKey(id: "${id}") { limits { spend { remaining } } } }`,
        );
        return apiKey.limits.spend[0]?.remaining;
      };
      const saying = (amount: string | undefined) => ({
        code: 'SPEND_LIMIT_SHORT',
        message: expect.stringContaining(`the DAY limit of this key on RMB leaves ${amount} CNY: it may pause on the way`),
      });
      expect(await warned()).toEqual([true, saying('0.02')]);
      const run = await ended(await start({ apiKeyId: id }), ['PAUSED', 'COMPLETED']);
      expect(nanoIn(run.spent)).toBeGreaterThan(0n);
      expect(nanoIn(run.spent)).toBeLessThanOrEqual(20_000_000n);
      expect(await warned()).toEqual([true, saying(await left())]);
      const raise = `mutation { updateApiKey(id: "${id}", input: { spendLimits: [{ bucket: RMB, window: DAY, amount: "900" }] }) { id } }`;
      await graph(bed.gateway.origin, ACME, raise);
      expect(await warned()).toEqual([true]);
    },
  );

  promise('tries an answer that does not fit again, with a receipt and a charge of its own', async () => {
    let bad = 2;
    bed.a.script('small-2025', (request) => {
      if (sectionIn(request) !== 'technical_view' || bad-- <= 0) return fitting(request);
      return { text: '{"neither": "fits"' };
    });
    const run = await ended(await start());
    const view = run.sections.find(({ name }) => name === 'technical_view');
    expect(run).toMatchObject({ status: 'COMPLETED', receipt: { requests: 5, retriedSections: 1 } });
    expect(view).toMatchObject({
      tries: 3,
      error: null,
      receipts: [{ status: 'SUCCEEDED' }, { status: 'SUCCEEDED' }, { status: 'SUCCEEDED' }],
    });
    expectToAddUp(run);
    const [first, second] = view?.receipts ?? [];
    expect(nanoIn(run.receipt.retryCost)).toBe(nanoOf(first?.charge ?? '') + nanoOf(second?.charge ?? ''));
    // The model is told what was wrong.
    expect(bed.a.requests.at(-2)?.text).toContain('Your last answer could not be used');
  });

  promise('is partial where a section fails for good: what reads it is skipped, and nothing more is paid', async () => {
    bed.a.script('small-2025', (request) => (sectionIn(request) === 'news' ? { text: 'no JSON' } : fitting(request)));
    const run = await ended(await start({ mode: 'STANDARD' }));
    expect(run.status).toBe('PARTIAL');
    expect(run.statusReason).toMatch(/1 of 5 sections failed, and 1 that reads them was skipped.*News/);
    expect(run.sections.map(({ name, status, tries }) => [name, status, tries])).toEqual([
      ['market_snapshot', 'COMPLETED', 1],
      ['technical_view', 'COMPLETED', 1],
      ['fundamentals', 'COMPLETED', 1],
      ['news', 'FAILED', 3],
      ['summary', 'SKIPPED', 0],
    ]);
    expect(run.receipt.requests).toBe(6);
    expectToAddUp(run);
    // The model is mended: what is missing is written, and nothing else is asked for.
    bed.a.script('small-2025', fitting);
    const asked = bed.a.requests.length;
    const resume = `mutation { resumeResearchRun(id: "${run.id}") { status statusReason finishedAt report receipt { estimateError } } }`;
    const resumed = await graph<{ resumeResearchRun: { report: string } }>(bed.gateway.origin, ACME, resume);
    expect(resumed).toMatchObject({
      resumeResearchRun: { status: 'QUEUED', statusReason: null, finishedAt: null, receipt: { estimateError: null } },
    });
    expect(resumed.resumeResearchRun.report).toContain('*This section is not written yet.*');
    const whole = await ended(run.id);
    expect(whole).toMatchObject({ status: 'COMPLETED', statusReason: null, receipt: { requests: 8, retriedSections: 1 } });
    expect(bed.a.requests.slice(asked).map(sectionIn)).toEqual(['news', 'summary']);
    expect(whole.sections.map(({ tries }) => tries)).toEqual([1, 1, 1, 4, 1]);
    expect(whole.report).not.toContain('PARTIAL');
    expectToAddUp(whole);
  });

  promise('is written by providers that take no schema, and by models that answer in parts with their thoughts', async () => {
    const whole = (content: unknown) => ({
      choices: [{ message: { role: 'assistant', content }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 },
    });
    bed.a.script('small-2025', ({ body, text }) => {
      if (body['response_format'] !== undefined) return { status: 400, error: { message: 'This response_format type is unavailable now' } };
      const section = /Write the section \\"([^"]+)\\"/.exec(text)?.[1]?.toLowerCase().replace(' ', '_') ?? '';
      const parts = [
        { type: 'thinking', thinking: [{ type: 'text', text: 'They want JSON.' }] },
        { type: 'text', text: JSON.stringify(answerOf(section)) },
      ];
      return { raw: [JSON.stringify(whole(parts))] };
    });
    const run = await ended(await start());
    expect(run).toMatchObject({ status: 'COMPLETED', receipt: { requests: 5 } });
    // The first two were rejected, at no charge; what the model writes after them is asked for without a schema.
    expect(run.sections.map(({ tries }) => tries)).toEqual([2, 2, 1]);
    expect(nanoIn(run.receipt.retryCost)).toBe(0n);
    expectToAddUp(run);
  });

  promise('tells what a model said that refused, and of a filter that kept an answer back', async () => {
    const refusal = { choices: [{ message: { role: 'assistant', content: null, refusal: 'Not about money.' }, finish_reason: 'stop' }] };
    const raw = [JSON.stringify({ ...refusal, usage: { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 } })];
    for (const model of ['small', 'small-2025']) {
      bed.a.script(model, (request) =>
        sectionIn(request) === 'market_snapshot' ? { raw } : { ...fitting(request), text: '', finishReason: 'content_filter' },
      );
    }
    const run = await ended(await start());
    expect(run.sections.map(({ error }) => error)).toEqual([
      'the model refused: Not about money.',
      'a content filter of the provider kept the answer back',
      expect.stringContaining('could not be written'),
    ]);
    expectToAddUp(run);
  });

  promise('fails, with the reason, where nothing can be written, and costs nothing', async () => {
    for (const upstream of [bed.a, bed.b]) for (const model of ['small', 'small-2025']) upstream.script(model, { status: 500 });
    const run = await ended(await start());
    expect(run).toMatchObject({ status: 'FAILED', statusReason: expect.stringContaining('Market snapshot') });
    expect(nanoIn(run.spent)).toBe(0n);
    expect(run.sections.map(({ status }) => status)).toEqual(['FAILED', 'FAILED', 'SKIPPED']);
    expect(run.sections[0]?.receipts.map(({ status, errorCode }) => [status, errorCode])).toEqual(
      Array(3).fill(['FAILED', 'upstream_failed']),
    );
    // Channels that are back within seconds are in time: the run would take with it what was paid for its other sections.
    const { researchRun: seen } = await graph<{ researchRun: { sections: { receipts: { createdAt: string }[] }[] } }>(
      bed.gateway.origin,
      ACME,
      `{ researchRun(id: "${run.id}") { sections { receipts { createdAt } } } }`,
    );
    const begun = (seen.sections[0]?.receipts ?? []).map(({ createdAt }) => Date.parse(createdAt));
    expect(Math.max(...begun) - Math.min(...begun)).toBeGreaterThanOrEqual(4_000);
    // A longer outage costs nothing but the time: the run goes on where it is resumed.
    for (const upstream of [bed.a, bed.b]) for (const model of ['small', 'small-2025']) upstream.script(model, fitting);
    await graph(bed.gateway.origin, ACME, `mutation { resumeResearchRun(id: "${run.id}") { status } }`);
    const whole = await ended(run.id, ['COMPLETED']);
    expect(whole.sections.map(({ tries }) => tries)).toEqual([4, 4, 1]);
    expectToAddUp(whole);
  });

  promise('pauses within its budget, says why, and goes on with a higher one: what is completed is not paid again', async () => {
    const whole = await ended(await start({ mode: 'DEEP' }));
    const asked = bed.a.requests.length;
    // Enough for the first sections one after the other, and not for those that come later, which read them all.
    const id = await start({ mode: 'DEEP', budget: [{ bucket: 'RMB', amount: '0.0195' }] });
    const paused = await ended(id, ['PAUSED']);
    expect(paused.statusReason).toMatch(/budget of the run .* RMB .*higher budget/);
    expect(nanoIn(paused.spent)).toBeLessThanOrEqual(19_500_000n);
    expect(nanoIn(paused.held)).toBe(0n);
    const done = paused.sections.filter(({ status }) => status === 'COMPLETED').map(({ name }) => name);
    expect(done.length).toBeGreaterThan(0);
    expect(done.length).toBeLessThan(10);
    expect(paused.report).toContain('not written yet');
    const [spent] = paused.spent;
    const toSpent = `mutation { resumeResearchRun(id: "${id}", budget: [{ bucket: RMB, amount: "${spent?.amount}" }]) { status } }`;
    await expect(graph(bed.gateway.origin, ACME, toSpent)).rejects.toThrow(
      `budget must be above what the run has spent of RMB, ${spent?.amount} CNY.`,
    );
    // With what it has it would pause again at once: it says what is enough, and less by the smallest amount is not.
    const { errors } = await graphAnswer(bed.gateway.origin, ACME, `mutation { resumeResearchRun(id: "${id}") { status } }`);
    expect(errors?.[0]?.message).toMatch(
      /would pause again at once\. Its next call, for .* can cost up to .* of its budget of 0\.0195 CNY/,
    );
    const enough = /\[\{ bucket: RMB, amount: "([\d.]+)" \}\]/.exec(errors?.[0]?.message ?? '')?.[1] ?? '';
    const resumeWith = (units: bigint) => {
      const mutation = 'mutation($id: ID!, $budget: [BucketAmountInput!]) { resumeResearchRun(id: $id, budget: $budget) { id } }';
      const amount = `0.${units.toString().padStart(9, '0')}`;
      return graph(bed.gateway.origin, ACME, mutation, { id, budget: [{ bucket: 'RMB', amount }] });
    };
    await expect(resumeWith(nanoOf(enough) - 1n)).rejects.toThrow(enough);
    expect(await researchRun(bed.gateway.origin, ACME, id)).toEqual(paused);
    await resumeWith(nanoOf(enough));
    const further = await ended(id, ['PAUSED']);
    expect(further.sections.filter(({ status }) => status === 'COMPLETED').length).toBeGreaterThan(done.length);
    const resume = `mutation { resumeResearchRun(id: "${id}", budget: [{ bucket: RMB, amount: "5" }]) { status budget { amount } } }`;
    expect(await graph(bed.gateway.origin, ACME, resume)).toEqual({ resumeResearchRun: { status: 'QUEUED', budget: [{ amount: '5' }] } });
    const run = await ended(id);
    expect(run.status).toBe('COMPLETED');
    expectToAddUp(run);
    expect(nanoIn(run.spent)).toBe(nanoIn(whole.spent));
    expect(bed.a.requests.slice(asked).map(sectionIn)).toHaveLength(10);
    await expect(graph(bed.gateway.origin, ACME, resume)).rejects.toThrow(/Only a paused run/);
  });

  promise('pauses where the balance ends, and goes on after a top-up', async () => {
    const token = tokenOf('lean');
    const id = await startResearch(bed.gateway.origin, token, { apiKeyId: 'lean-chat', mode: 'QUICK' });
    const paused = await researchRunIn(bed.gateway.origin, token, id, ['PAUSED']);
    expect(paused.statusReason).toMatch(/RMB balance does not cover.*Top up/);
    const topUp = `mutation { topUp(accountId: "lean", bucket: RMB, amount: "1", idempotencyKey: "research-${bed.kind}") { id } }`;
    await graph(bed.gateway.origin, OPERATOR_TOKEN, topUp);
    await graph(bed.gateway.origin, token, `mutation { resumeResearchRun(id: "${id}") { id } }`);
    const run = await researchRunIn(bed.gateway.origin, token, id, ENDED);
    expect(run.status).toBe('COMPLETED');
    expectToAddUp(run);
  });

  promise('is cancelled: calls in flight are cut and settled, what is completed stays, and nothing follows', async () => {
    const { opened, open } = gate();
    bed.a.script('small-2025', (request) =>
      sectionIn(request) === 'summary' ? { ...fitting(request), gate: { before: 'head', opened } } : fitting(request),
    );
    const asked = bed.a.requests.length;
    const id = await start();
    await bed.a.until(() => bed.a.requests.slice(asked).some((request) => sectionIn(request) === 'summary'));
    const cancel = `mutation { cancelResearchRun(id: "${id}") { status } }`;
    expect(await graph(bed.gateway.origin, ACME, cancel)).toEqual({ cancelResearchRun: { status: 'CANCELLED' } });
    expect(await graph(bed.gateway.origin, ACME, cancel)).toEqual({ cancelResearchRun: { status: 'CANCELLED' } });
    open();
    const run = await researchRunIn(bed.gateway.origin, ACME, id, ['CANCELLED']);
    expect(run.sections.map(({ status }) => status)).toEqual(['COMPLETED', 'COMPLETED', 'SKIPPED']);
    const refused = await postChat(
      bed.gateway.origin,
      secretOf('chat'),
      { model: 'small', messages: HI },
      { headers: { 'x-forge-run': id } },
    );
    expect(refused.status).toBe(400);
    expect(await refused.text()).toContain('has ended');
  });

  promise('belongs to its key: shown over REST to it, and to nobody else', async () => {
    const { id } = await ended(await start());
    const shown = (await (await get(bed.gateway.origin, `/v1/runs/${id}`, secretOf('chat'))).json()) as Record<string, unknown>;
    expect(shown).toMatchObject({ id, kind: 'RESEARCH', name: 'DEMO QUICK', status: 'COMPLETED', receipt: { requests: 3 } });
    expect((await get(bed.gateway.origin, `/v1/runs/${id}`, secretOf('globex-chat'))).status).toBe(404);
    const query = `{ researchRun(id: "${id}") { id } researchRuns { id } }`;
    expect(await graph(bed.gateway.origin, tokenOf('globex'), query)).toEqual({ researchRun: null, researchRuns: [] });
    const links = `{ receipts(filter: { researchRunId: "${id}" }) { nodes { id researchRun { id } agentRun { id } ledgerEntries { researchRun { symbol } } } } }`;
    const { receipts } = await graph<{ receipts: { nodes: { id: string }[] } }>(bed.gateway.origin, secretOf('chat'), links);
    const [call, ...others] = receipts.nodes;
    expect(others).toHaveLength(2);
    expect(call).toMatchObject({ researchRun: { id }, agentRun: null, ledgerEntries: [{ researchRun: { symbol: 'DEMO' } }] });
    expect(await receipt(bed.gateway.origin, secretOf('chat'), call?.id)).toMatchObject({
      researchRun: { id, symbol: 'DEMO', mode: 'QUICK', status: 'COMPLETED', budget: [{ bucket: 'RMB' }] },
      agentRun: null,
    });
  });

  promise('says what was given back of its calls, and is still the sum of what they were charged', async () => {
    const before = await ended(await start());
    const [call] = before.sections[0]?.receipts ?? [];
    const give = (amount: string) => {
      const wish = `receiptId: "${call?.id}", amount: "${amount}", idempotencyKey: "${call?.id} ${amount}", memo: "it was dull"`;
      return graph(bed.gateway.origin, OPERATOR_TOKEN, `mutation { refund(${wish}) { amount } }`);
    };
    await give('0.0001');
    await give('0.0002');
    const after = await researchRun(bed.gateway.origin, ACME, before.id);
    expect([nanoIn(after.receipt.refunds), nanoIn(after.receipt.refunds, 'CREDIT')]).toEqual([300_000n, 0n]);
    const { report } = after;
    expect({ ...after, report: before.report, receipt: { ...after.receipt, refunds: before.receipt.refunds } }).toEqual(before);
    expectToAddUp(after);
    // A report is kept as it was written at the end, and what it says of money must not be of then.
    const told = '- Given back of that: 0.0003 CNY (RMB)\n';
    expect([before.report?.includes('Given back'), report?.replace(told, '')]).toEqual([false, before.report]);
    const page = async (kind: string) => (await get(bed.gateway.origin, `/v1/runs/${before.id}/report.${kind}`, secretOf('chat'))).text();
    expect([await page('md'), await page('html')]).toEqual([report, expect.stringContaining('Given back of that: 0.0003 CNY (RMB)')]);
    const html = `{ researchRun(id: "${before.id}") { reportHtml } }`;
    expect(await graph(bed.gateway.origin, ACME, html)).toEqual({ researchRun: { reportHtml: await page('html') } });
    const rest = (await (await get(bed.gateway.origin, `/v1/runs/${before.id}`, secretOf('chat'))).json()) as Pick<RunJson, 'receipt'>;
    expect(rest.receipt.refunds).toMatchObject([{ bucket: 'RMB', amount: '0.0003' }, { amount: '0' }]);
  });

  promise('stands in a list that is read page by page, to the first one and without a repeat', async () => {
    for (let runs = 0; runs < 4; runs += 1) await ended(await start());
    type Listed = { researchRuns: { id: string; cursor: string }[] };
    const page = async (first: number, after?: string) => {
      const query = 'query($first: Int, $after: String) { researchRuns(first: $first, after: $after) { id cursor } }';
      return (await graph<Listed>(bed.gateway.origin, ACME, query, { first, after })).researchRuns;
    };
    const all = await page(100);
    expect(all.length).toBeGreaterThan(3);
    const found: string[] = [];
    for (let next = await page(3); next.length > 0 && found.length <= all.length; next = await page(3, next.at(-1)?.cursor)) {
      found.push(...next.map(({ id }) => id));
    }
    expect(found).toEqual(all.map(({ id }) => id));
    await expect(page(3, all[0]?.id)).rejects.toThrow('after must be the cursor of a node of a list of runs');
  });

  promise('keeps to the state of its key: paused with it, not resumed without it, resumed with it', async () => {
    await graph(bed.gateway.origin, ACME, 'mutation { resumeApiKey(id: "pausable") { id } }');
    const { opened, open } = gate();
    bed.a.next((request) => ({ ...fitting(request), gate: { before: 'head', opened } }));
    const id = await start({ apiKeyId: 'pausable' });
    await graph(bed.gateway.origin, ACME, 'mutation { pauseApiKey(id: "pausable") { id } }');
    open();
    const paused = await ended(id, ['PAUSED']);
    expect(paused.statusReason).toMatch(/key is paused.*Resume the key/);
    const resume = () => graph(bed.gateway.origin, ACME, `mutation { resumeResearchRun(id: "${id}") { id } }`);
    await expect(resume()).rejects.toThrow('The API key is paused.');
    expect(await researchRun(bed.gateway.origin, ACME, id)).toEqual(paused);
    await graph(bed.gateway.origin, ACME, 'mutation { resumeApiKey(id: "pausable") { id } }');
    await resume();
    expect((await ended(id)).status).toBe('COMPLETED');
  });

  promise('is finished by the next process when its own is stopped in the middle', () => stoppedInTheMiddle(bed));

  promise(
    'completes in DEEP over timeouts, errors, malformed answers and a slow backup, and costs what the upstreams count',
    () => troubled(bed),
    600_000,
  );
});

async function stoppedInTheMiddle(bed: Bed): Promise<void> {
  bed.a.script('small-2025', (request) => ({ ...fitting(request), delayMs: 150 }));
  const asked = bed.a.requests.length;
  const id = await startResearch(bed.gateway.origin, ACME, { apiKeyId: 'chat', mode: 'QUICK' });
  await bed.a.until(() => bed.a.requests.length === asked + 2);
  expect((await bed.gateway.stop()).code).toBe(0);
  bed.gateway = await startGateway(bed.gateway.settings);
  const run = await researchRunIn(bed.gateway.origin, ACME, id, ENDED);
  expect(run).toMatchObject({ status: 'COMPLETED', receipt: { requests: 3, retriedSections: 0 } });
  // What was in flight came to its end, and was not asked for again.
  expect(bed.a.requests.slice(asked).map(sectionIn).sort()).toEqual(['market_snapshot', 'summary', 'technical_view']);
}

async function troubled(bed: Bed): Promise<void> {
  expect((await bed.gateway.stop()).code).toBe(0);
  const { settings } = bed.gateway;
  const research = { models: { quick: 'fragile', deep: 'stubborn' }, marketData: { provider: 'sample' } };
  const models = [...bed.catalog.models, { id: 'fragile', contextWindow: 8_000, maxOutputTokens: 1_000 }];
  const channels = [{ channel: 'hasty-a' }, { channel: 'cheap-b', price: BACKUP_PRICE }];
  const routes = [...bed.catalog.routes, { model: 'fragile', type: 'ORDINARY', price: PRIMARY_PRICE, channels }];
  bed.gateway = await startGateway({ ...settings, catalog: { ...bed.catalog, models, routes, research } });
  const seen = new Map<string, number>();
  const nth = (upstream: string, section: string) => {
    const count = (seen.get(`${upstream} ${section}`) ?? 0) + 1;
    seen.set(`${upstream} ${section}`, count);
    return count;
  };
  const { opened: never, open } = gate();
  // The primary of the quick model is given up after a while without an answer.
  bed.a.script('fragile', () => ({ gate: { before: 'head', opened: never } }));
  bed.b.script('fragile', (request) => {
    if (sectionIn(request) === 'news' && nth('b', 'news') === 1) return { text: '{"half": ' };
    return { ...fitting(request), delayMs: 400 };
  });
  bed.a.script('stubborn', (request) => {
    const [section, count] = [sectionIn(request), nth('deep', sectionIn(request))];
    if (section === 'debate') return { status: 500 };
    return count === 1 ? { status: 503 } : fitting(request);
  });
  bed.b.script('stubborn', (request) => ({ ...fitting(request), delayMs: 300 }));
  const before = [bed.a.served.length, bed.b.served.length] as const;
  const id = await startResearch(bed.gateway.origin, ACME, { apiKeyId: 'chat', mode: 'DEEP' });
  const run = await researchRunIn(bed.gateway.origin, ACME, id, ENDED);
  expect(run).toMatchObject({ status: 'COMPLETED', statusReason: null });
  expect(run.sections.filter(({ tries }) => tries > 1).map(({ name }) => name)).toContain('news');
  expectToAddUp(run);
  const fell = (all: readonly Served[]) => all.filter(({ completed }) => completed);
  const counted = costOf(fell(bed.a.served.slice(before[0])), PRIMARY) + costOf(fell(bed.b.served.slice(before[1])), BACKUP);
  expect(nanoIn(run.receipt.charges)).toBe(counted);
  expect(run.receipt.fallbacks).toBeGreaterThan(0);
  expect(nanoIn(run.receipt.fallbackCost)).toBeGreaterThan(0n);
  expect(await researchRun(bed.gateway.origin, ACME, id)).toEqual(run);
  open();
  await bed.gateway.stop();
  bed.gateway = await startGateway(settings);
}
