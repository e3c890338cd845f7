/** What the store and the leases of research runs promise, whatever database stands behind them. */
import { newId } from '../../src/kernel/ids';
import type { Once } from '../../src/kernel/made-once';
import { nano } from '../../src/kernel/money';
import type { Briefing } from '../../src/research/market-data';
import type { ResearchStep } from '../../src/research/research-store';
import type { ResearchEventKind, ResearchRun } from '../../src/research/run';
import { SqlResearchLeases } from '../../src/storage/research/research-leases';
import { SqlResearchStore } from '../../src/storage/research/research-store';
import { eachDatabase } from '../support/data-sources';
import { addWallets, end, move, place, requestFacts } from '../support/ledger-items';
import { openLedger } from '../support/open-ledger';

const NOW = 1_790_000_000_000;
const SPENT = { RMB: 0n, CREDIT: 0n };
const budget = [{ bucket: 'RMB', amount: nano(2n ** 61n) }] as const;

function aRun(): ResearchRun {
  const id = newId();
  const estimate = { mode: 'QUICK', sections: 2, expected: budget, ceiling: budget, expectedTokens: 7, expectedSeconds: 3 } as const;
  return {
    ...{ symbol: 'DEMO', mode: 'QUICK', models: { quick: 'small', deep: 'large' }, report: null },
    estimate: { ...estimate, balanceOk: true, warnings: [{ code: 'LONG_RUN', message: 'Long: 汉.' }] },
    run: {
      ...{ id, kind: 'RESEARCH', accountId: 'acme', apiKeyId: 'chat', name: 'DEMO QUICK', status: 'QUEUED', statusReason: null, budget },
      ...{ createdAt: NOW, startedAt: null, finishedAt: null },
    },
  };
}

eachDatabase('research runs', (opened, promise) => {
  const stores = () => ({ store: new SqlResearchStore(opened.dataSource), leases: new SqlResearchLeases(opened.dataSource) });
  const event = (kind: ResearchEventKind, sectionId: string | null = null) => ({
    ...{ at: NOW, kind, sectionId, message: null, spent: SPENT },
  });

  async function added(once: Once | null = null): Promise<{ run: ResearchRun; sections: string[] }> {
    const run = aRun();
    const sections = ['one', 'two'].map((name) => ({ id: newId(), name, title: `The ${name}`, model: 'small' }));
    const briefing = { symbol: 'DEMO', notices: ['汉'] } as Partial<Briefing> as Briefing;
    await stores().store.add({ research: run, provider: 'sample', briefing, sections }, event('RUN_QUEUED'), once);
    return { run, sections: sections.map(({ id }) => id) };
  }

  promise('come back as they were added, with their sections, their data and the first line of their log', async () => {
    const { store } = stores();
    const { run, sections } = await added();
    const { id } = run.run;
    expect((await store.find([id, newId(), 'ü'])).get(id)).toEqual(run);
    expect(await store.briefing(id)).toEqual({ symbol: 'DEMO', notices: ['汉'] });
    expect((await store.sections([id])).get(id)?.map((section) => [section.id, section.name, section.status, section.tries])).toEqual([
      [sections[0], 'one', 'PENDING', 0],
      [sections[1], 'two', 'PENDING', 0],
    ]);
    expect(await store.events(id, 0n, 10)).toEqual([{ ...event('RUN_QUEUED'), runId: id, seq: 1n }]);
  });

  promise('are added once by each request, and known by it', async () => {
    const { store } = stores();
    const once = { key: newId(), contentHash: 'of this wish' };
    expect(await store.madeBefore(once.key)).toBeUndefined();
    const [first, ...others] = await Promise.allSettled(Array.from({ length: 4 }, () => added(once))).then((ends) =>
      ends.toSorted((a, b) => a.status.localeCompare(b.status)),
    );
    expect([first?.status, ...others.map(({ status }) => status)]).toEqual(['fulfilled', 'rejected', 'rejected', 'rejected']);
    const made = first?.status === 'fulfilled' ? first.value.run.run.id : null;
    expect(await store.madeBefore(once.key)).toEqual({ made, contentHash: 'of this wish' });
  });

  promise('belong to one worker at a time, however many claim', async () => {
    const { leases } = stores();
    const { run } = await added();
    expect(await leases.waiting(1_000)).toContain(run.run.id);
    const owners = Array.from({ length: 8 }, () => newId());
    const claims = await Promise.all(owners.map((owner) => leases.claim(run.run.id, owner)));
    expect(claims.filter(Boolean)).toHaveLength(1);
    expect(await leases.waiting(1_000)).not.toContain(run.run.id);
    const [winner = ''] = owners.filter((_, nth) => claims[nth]);
    expect([...(await leases.renew([run.run.id], winner))]).toEqual([run.run.id]);
    expect([...(await leases.renew([run.run.id], newId()))]).toEqual([]);
    await leases.release(run.run.id, newId());
    expect(await leases.claim(run.run.id, newId())).toBe(false);
    await leases.release(run.run.id, winner);
    expect(await leases.claim(run.run.id, newId())).toBe(true);
  });

  promise('are taken over when a lease has run out, and written by their former owner no more', async () => {
    const { store, leases } = stores();
    const { run, sections } = await added();
    const { id } = run.run;
    const [dead, heir] = [newId(), newId()];
    expect(await leases.claim(id, dead)).toBe(true);
    await opened.dataSource.query('UPDATE research_run SET lease_until = 1 WHERE id = ?', [id]);
    expect(await leases.waiting(1_000)).toContain(id);
    expect(await leases.claim(id, heir)).toBe(true);
    const late = { runId: id, owner: dead, section: { id: sections[0] ?? '', status: 'COMPLETED' }, event: event('TRY_FAILED') } as const;
    expect(await store.write(late)).toBe('lost');
    expect((await store.sections([id])).get(id)?.[0]?.status).toBe('PENDING');
    expect(await store.write({ ...late, owner: heir })).toBe('written');
    expect(await store.events(id, 1n, 10)).toHaveLength(1);
  });

  promise('are taken over from a dead owner whose lease was written by a clock that was ahead', async () => {
    const { leases } = stores();
    const { id } = (await added()).run.run;
    const [dead, heir] = [newId(), newId()];
    expect(await leases.claim(id, dead)).toBe(true);
    await opened.dataSource.query('UPDATE research_run SET lease_until = lease_until + 3600000 WHERE id = ?', [id]);
    expect(await leases.waiting(1_000)).toContain(id);
    expect(await leases.claim(id, heir)).toBe(true);
    expect(await leases.waiting(1_000)).not.toContain(id);
    expect([...(await leases.renew([id], dead))]).toEqual([]);
  });

  promise('say in each line of their log no less money than in the one before, in whatever order it was read', async () => {
    const { store } = stores();
    const { run } = await added();
    const { id } = run.run;
    for (const [RMB, CREDIT] of [
      [7n, 1n],
      [5n, 2n],
      [2n ** 60n + 1n, 0n],
    ] as const) {
      await store.write({ runId: id, owner: null, event: { ...event('TRY_FAILED'), spent: { RMB, CREDIT } } });
    }
    expect((await store.events(id, 1n, 10)).map(({ spent }) => [spent.RMB, spent.CREDIT])).toEqual([
      [7n, 1n],
      [7n, 2n],
      [2n ** 60n + 1n, 2n],
    ]);
  });

  promise('move only as their states allow, and what is refused leaves nothing behind', async () => {
    const { store, leases } = stores();
    const { run, sections } = await added();
    const { id } = run.run;
    const owner = newId();
    await leases.claim(id, owner);
    const to = (status: NonNullable<ResearchStep['status']>['to'], by: string | null) =>
      store.write({ runId: id, owner: by, status: { to: status, reason: `because ${status}`, at: NOW + 1 }, event: event('RUN_STARTED') });
    expect(await to('PAUSED', owner)).toBe('refused');
    expect(await to('RUNNING', owner)).toBe('written');
    expect(await to('QUEUED', null)).toBe('refused');
    expect(await to('PAUSED', owner)).toBe('written');
    // A run that pauses belongs to nobody.
    expect(await to('COMPLETED', owner)).toBe('lost');
    expect(await to('QUEUED', null)).toBe('written');
    const skipOpen = 'The run was cancelled.';
    const cancel = {
      runId: id,
      owner: null,
      status: { to: 'CANCELLED', reason: null, at: NOW + 2 },
      skipOpen,
      event: event('RUN_ENDED'),
    } as const;
    expect(await store.write(cancel)).toBe('written');
    expect(await store.write(cancel)).toBe('refused');
    expect((await store.find([id])).get(id)?.run).toMatchObject({ status: 'CANCELLED', startedAt: NOW + 1, finishedAt: NOW + 2 });
    expect([...(await store.sectionsById(sections)).values()].map(({ status, error }) => [status, error])).toEqual(
      Array(2).fill(['SKIPPED', skipOpen]),
    );
    expect((await store.events(id, 0n, 100)).map(({ seq }) => seq)).toEqual([1n, 2n, 3n, 4n, 5n]);
    expect(await leases.waiting(1_000)).not.toContain(id);
  });

  promise('are taken up again after an end that is not whole: what was given up is open, what is completed stays', async () => {
    const { store, leases } = stores();
    const { run, sections } = await added();
    const { id } = run.run;
    const [one = '', two = ''] = sections;
    const owner = newId();
    await leases.claim(id, owner);
    await store.write({ runId: id, owner, status: { to: 'RUNNING', reason: null, at: NOW } });
    await store.write({ runId: id, owner, section: { id: one, status: 'FAILED', tries: 3, error: 'no JSON', finishedAt: NOW } });
    await store.write({ runId: id, owner, section: { id: two, status: 'SKIPPED', error: 'It reads the one.' } });
    const report = { markdown: '# half', html: '<p>half</p>' };
    await store.write({ runId: id, owner, status: { to: 'PARTIAL', reason: 'why', at: NOW + 9 }, report, event: event('RUN_ENDED') });
    const resume = { runId: id, owner: null, status: { to: 'QUEUED', reason: null, at: NOW + 10 }, event: event('RUN_RESUMED') } as const;
    expect(await Promise.all([store.write(resume), store.write(resume)])).toEqual(expect.arrayContaining(['written', 'refused']));
    expect((await store.find([id])).get(id)).toMatchObject({
      ...{ report: null, run: { status: 'QUEUED', statusReason: null, startedAt: NOW, finishedAt: null } },
    });
    expect((await store.html([id])).size).toBe(0);
    expect((await store.sections([id])).get(id)).toMatchObject([
      { status: 'RETRYING', tries: 3, error: 'no JSON', finishedAt: null },
      { status: 'PENDING', tries: 0, error: null, finishedAt: null },
    ]);
    expect(await leases.waiting(1_000)).toContain(id);
    await leases.claim(id, owner);
    const done = { status: 'COMPLETED', error: null } as const;
    for (const section of [one, two]) await store.write({ runId: id, owner, section: { id: section, ...done } });
    await store.write({ runId: id, owner, status: { to: 'RUNNING', reason: null, at: NOW + 11 } });
    await store.write({ runId: id, owner, status: { to: 'COMPLETED', reason: null, at: NOW + 12 }, event: event('RUN_ENDED') });
    expect(await store.write(resume)).toBe('refused');
    expect((await store.find([id])).get(id)?.run).toMatchObject({ status: 'COMPLETED', startedAt: NOW, finishedAt: NOW + 12 });
  });

  promise('have a log without gaps, whoever writes at the same time', async () => {
    const { store } = stores();
    const { run } = await added();
    const { id } = run.run;
    await Promise.all(Array.from({ length: 20 }, () => store.write({ runId: id, owner: null, event: event('TRY_FAILED') })));
    const seen = [];
    for (let after = 0n; ; after = seen.at(-1) ?? 0n) {
      const some = await store.events(id, after, 6);
      if (some.length === 0) break;
      seen.push(...some.map(({ seq }) => seq));
    }
    expect(seen).toEqual(Array.from({ length: 21 }, (_, nth) => BigInt(nth + 1)));
  });

  promise('keep what a section is given, field by field, and the report with the end', async () => {
    const { store, leases } = stores();
    const { run, sections } = await added();
    const { id } = run.run;
    const [owner, callId] = [newId(), newId()];
    await leases.claim(id, owner);
    await store.write({ runId: id, owner, status: { to: 'RUNNING', reason: null, at: NOW } });
    const section = { id: sections[1] ?? '', status: 'RUNNING', tries: 1, openCallId: callId, startedAt: NOW } as const;
    await store.write({ runId: id, owner, section, call: callId });
    const content = { summary: 'All is well: 汉', points: [1, null] };
    await store.write({
      runId: id,
      owner,
      section: { id: section.id, content, callId, openCallId: null, error: null, status: 'COMPLETED' },
    });
    expect((await store.sectionsById([section.id])).get(section.id)).toMatchObject({
      ...section,
      status: 'COMPLETED',
      openCallId: null,
      callId,
      content,
    });
    expect((await store.charges([id])).get(section.id)).toMatchObject({ requests: 0, receiptIds: [callId], spent: SPENT, wasted: SPENT });
    const report = { markdown: '# 汉', html: '<p>汉</p>' };
    await store.write({ runId: id, owner, status: { to: 'PARTIAL', reason: 'why', at: NOW + 9 }, report, event: event('RUN_ENDED') });
    expect((await store.find([id])).get(id)).toMatchObject({ report: '# 汉', run: { status: 'PARTIAL', statusReason: 'why' } });
    expect((await store.html([id])).get(id)).toBe('<p>汉</p>');
  });

  promise('are estimated by what they took lately: a thousand answers of a model that was replaced do not stand in the way', async () => {
    const { store } = stores();
    const { run, sections } = await added();
    const callId = newId();
    await addWallets(opened.database, 'acme');
    const ledger = await openLedger(opened.database);
    const hold = place('acme', 1_000n, { request: requestFacts('acme', { requestId: callId, runId: run.run.id }) });
    await ledger.store.write({ id: newId(), items: [move('acme', 1_000n)] });
    await ledger.store.write({ id: newId(), items: [hold] });
    const ended = end(hold, 500n);
    await ledger.store.write({ id: newId(), items: [ended] });
    await ledger.close();
    await store.write({ runId: run.run.id, owner: null, section: { id: sections[0] ?? '', status: 'COMPLETED', callId } });
    await opened.database.query(
      "INSERT INTO research_profile (mode, section, sections, input_tokens, output_tokens, milliseconds) VALUES ('QUICK', 'one', 1000, 9000000, 9000000, 9000000)",
    );
    for (let nth = 0; nth < 60; nth += 1) await store.learn(run.run.id);
    // What the run had completed at a former end was learned then.
    for (const kind of ['SECTION_COMPLETED', 'RUN_ENDED', 'RUN_RESUMED', 'RUN_ENDED'] as const) {
      await store.write({ runId: run.run.id, owner: null, event: event(kind, sections[0]) });
    }
    const before = await store.profiles('QUICK');
    await store.learn(run.run.id);
    expect(await store.profiles('QUICK')).toEqual(before);
    const { inputTokens, outputTokens } = ended.receipt.usage;
    const learned = (await store.profiles('QUICK')).get('one');
    for (const [average, truth] of [
      [learned?.inputTokens ?? 0, inputTokens],
      [learned?.outputTokens ?? 0, outputTokens],
    ] as const) {
      expect(average).toBeGreaterThanOrEqual(truth);
      expect(average).toBeLessThan(truth + 900);
    }
  });
});
