/** `npm run research`, and the report that it fetches: what somebody at a terminal sees, is asked, and gets. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { carryThrough } from '../../src/cli/research/carry-through';
import { callOf } from '../../src/cli/research/options';
import type { Confirmation, Terminal } from '../../src/cli/research/terminal';
import { systemClock } from '../../src/kernel/clock';
import { freshDatabase } from '../support/databases';
import { eventually, gate } from '../support/eventually';
import { get, graph, nanoOf, post } from '../support/forge-client';
import { OPERATOR_TOKEN, startGateway } from '../support/gateway-process';
import { lateAnswers } from '../support/late-answers';
import { onEachDatabase } from '../support/on-each-database';
import { fitting, nanoIn, researchRun, sectionIn, startResearch } from '../support/research-client';
import { type RunningCommand, researchCommand } from '../support/research-command';
import type { RecordedRequest } from '../support/scripted-upstream';
import { severableProxy } from '../support/severable-proxy';
import { PRIMARY_PRICE, secretOf, tokenOf } from '../support/shop-catalog';

const KEY = secretOf('chat');
const WRONG_CALL = 64;

const runIdIn = ({ stdout }: RunningCommand) => /^Run ([0-9a-f-]{36})$/m.exec(stdout)?.[1] ?? '';
/** The events that were told, without their times and amounts. */
const eventsIn = ({ stdout }: RunningCommand) => [...stdout.matchAll(/^\d\d:\d\d:\d\d (.*?) · spent/gm)].map(([, note]) => note);

onEachDatabase(
  'the research command',
  (bed, promise) => {
    let folder: string;
    const command = (args: readonly string[], url = bed.gateway.origin, key = KEY) =>
      researchCommand(['--url', url, ...args], folder, { TOKENS_FORGE_KEY: key });

    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'research-'));
      for (const upstream of [bed.a, bed.b]) for (const model of ['small', 'small-2025', 'stubborn']) upstream.script(model, fitting);
    });

    afterEach(() => rmSync(folder, { recursive: true }));

    /** Holds the answer of a section until the gate is opened. */
    function heldBack(section: string) {
      const { opened, open } = gate();
      const script = (request: RecordedRequest) => ({
        ...fitting(request),
        ...(sectionIn(request) === section ? { gate: { before: 'head', opened } as const } : {}),
      });
      for (const model of ['small', 'small-2025']) bed.a.script(model, script);
      return open;
    }

    promise('shows what a run will cost, and starts nothing without a yes', async () => {
      const runs = () => graph<{ researchRuns: object[] }>(bed.gateway.origin, KEY, '{ researchRuns(first: 100) { id } }');
      const before = await runs();
      const asked = command(['DEMO', '--mode', 'standard']);
      expect(await asked.ended).toBe(1);
      expect(asked.stdout).toMatch(
        /Research of DEMO, STANDARD: 5 sections[\s\S]*expected {3}\d[\s\S]*at most {4}\d[\s\S]*! [\s\S]*Nothing was started/,
      );
      expect(await runs()).toEqual(before);
    });

    promise('tells every event, prints the receipt to the nano, and writes the report', async () => {
      const running = command(['aapl', '--mode', 'deep', '--yes', '--out', 'reports']);
      expect({ code: await running.ended, stderr: running.stderr }).toEqual({ code: 0, stderr: '' });
      const run = await researchRun(bed.gateway.origin, KEY, runIdIn(running));
      expect(nanoOf(/charged +(\S+) CNY/.exec(running.stdout)?.[1] ?? '')).toBe(nanoIn(run.receipt.charges));
      for (const { status, tries } of run.sections) expect([status, tries]).toEqual(['COMPLETED', 1]);
      const bySection = [...running.stdout.matchAll(/COMPLETED {2}1 try {2}(\S+) CNY/g)].map(([, charge]) => nanoOf(charge ?? ''));
      expect(bySection.reduce((sum, charge) => sum + charge, 0n)).toBe(nanoIn(run.receipt.charges));
      expect(eventsIn(running).at(0)).toBe('Run: queued');
      expect(eventsIn(running).at(-1)).toBe('Run: ended');
      expect(readdirSync(join(folder, 'reports')).sort()).toEqual([`AAPL-${run.id}.html`, `AAPL-${run.id}.md`]);
      expect(readFileSync(join(folder, 'reports', `AAPL-${run.id}.md`), 'utf8')).toBe(run.report);
      expect(readFileSync(join(folder, 'reports', `AAPL-${run.id}.html`), 'utf8')).toContain('class="line price"');
    });

    promise('comes back after a lost connection, and tells every event once', async () => {
      const proxy = await severableProxy(bed.gateway.origin);
      try {
        const open = heldBack('technical_view');
        const running = command(['DEMO', '--yes'], proxy.origin);
        await running.says('Market snapshot: completed');
        proxy.sever();
        await running.says('The connection was lost');
        open();
        expect({ code: await running.ended, stderr: running.stderr }).toEqual({ code: 0, stderr: '' });
        const events = eventsIn(running);
        expect(new Set(events).size).toBe(events.length);
        expect(events).toEqual(
          expect.arrayContaining(['Technical view: started', 'Technical view: completed', 'Summary: completed', 'Run: ended']),
        );
      } finally {
        await proxy.close();
      }
    });

    promise('cancels at Ctrl-C where nobody can be asked, and shows what was paid until then', async () => {
      const open = heldBack('technical_view');
      const running = command(['DEMO', '--yes']);
      await running.says('Market snapshot: completed');
      running.signal('SIGINT');
      await running.says('Run: ended');
      open();
      expect(await running.ended).toBe(1);
      const run = await researchRun(bed.gateway.origin, KEY, runIdIn(running));
      expect(run.status).toBe('CANCELLED');
      // The call in flight ends after the run does, cut or in time to be charged: the receipt has what it was charged.
      expect(nanoOf(/charged +(\S+) CNY/.exec(running.stdout)?.[1] ?? '')).toBe(nanoIn(run.receipt.charges));
      expect(run.sections[1]?.receipts.map(({ status }) => status)).toEqual([expect.stringMatching(/^(SUCCEEDED|CANCELLED)$/)]);
      expect(running.stdout).not.toContain('reserved');
    });

    promise(
      'cancels a run as soon as it has begun where Ctrl-C came while it was being started: none goes on that nobody knows of',
      async () => {
        const ids = async () => {
          const { researchRuns } = await graph<{ researchRuns: { id: string }[] }>(bed.gateway.origin, KEY, '{ researchRuns { id } }');
          return researchRuns.map(({ id }) => id);
        };
        const before = await ids();
        const open = heldBack('market_snapshot');
        const { opened, open: answer } = gate();
        const slow = await lateAnswers(bed.gateway.origin, 'startResearchRun', opened);
        try {
          const running = command(['DEMO', '--yes'], slow.origin);
          await slow.asked;
          running.signal('SIGINT');
          await running.says('cancelled as soon as it has begun');
          answer();
          await running.says('Run: ended');
          open();
          expect(await running.ended).toBe(1);
          const [made, ...others] = (await ids()).filter((id) => !before.includes(id));
          expect([made, others]).toEqual([runIdIn(running), []]);
          expect((await researchRun(bed.gateway.origin, KEY, runIdIn(running))).status).toBe('CANCELLED');
        } finally {
          await slow.close();
        }
      },
    );

    promise('ends in words where nobody reads its output any more, and says how the run is found again', async () => {
      const open = heldBack('technical_view');
      const running = command(['DEMO', '--yes']);
      await running.says('Market snapshot: completed');
      running.closeOutput();
      open();
      expect(await running.ended).toBe(141);
      expect(running.stderr).toBe(`The run goes on. Follow it again with: npm run research -- --follow ${runIdIn(running)}\n`);
      expect(await command(['--follow', runIdIn(running)]).ended).toBe(0);
    });

    promise('asks a person before it starts and before it cancels, and goes away when asked to', async () => {
      const open = heldBack('technical_view');
      const answers: Confirmation[] = ['yes', 'no', 'gone'];
      const [asked, printed]: [string[], string[]] = [[], []];
      let drawn: readonly string[] = [];
      let interrupt: () => void = () => undefined;
      let left = 0;
      const terminal: Terminal = {
        ...{ live: true, columns: 70, print: (text) => void printed.push(text) },
        draw: (lines) => {
          drawn = lines;
        },
        confirm: async (question) => {
          asked.push(question);
          return answers.shift() ?? 'no';
        },
      };
      const onInterrupt = (listener: () => void) => {
        interrupt = listener;
        return () => undefined;
      };
      const leave = () => {
        left += 1;
      };
      const call = callOf(['DEMO', '--out', folder], { url: bed.gateway.origin, key: KEY });
      const code = carryThrough(call, { terminal, clock: systemClock, onInterrupt, leave, begun: () => undefined });
      await eventually(() =>
        expect(drawn.join('\n')).toMatch(/DEMO QUICK {2}1\/3 .*\n.*✓.* Market snapshot +completed.*\n.*▸.* Technical view +running/),
      );
      interrupt();
      await eventually(() => expect(asked).toHaveLength(2));
      interrupt();
      await eventually(() => expect(left).toBe(1));
      open();
      expect(await code).toBe(0);
      expect(asked).toEqual(['Start?', expect.stringMatching(/^Cancel the run/), expect.stringMatching(/^Cancel the run/)]);
      expect(printed.join('\n')).toMatch(/--follow [0-9a-f-]{36}[\s\S]*Receipt of DEMO/);
    });

    promise('starts with the ceiling that was shown, whatever prices have become while a person thought it over', async () => {
      const setPrice = (input: string, output: string) => {
        const mutation = `mutation { setPrice(routeId: "stubborn:ORDINARY", price: { input: "${input}", output: "${output}" }) { input } }`;
        return graph(bed.gateway.origin, OPERATOR_TOKEN, mutation);
      };
      const printed: string[] = [];
      const terminal: Terminal = {
        ...{ live: true, columns: 70, print: (text) => void printed.push(text), draw: () => undefined },
        confirm: async () => {
          await setPrice('100', '400');
          return 'yes';
        },
      };
      let run = '';
      const begun = (id: string) => {
        run = id;
      };
      const around = { terminal, clock: systemClock, onInterrupt: () => () => undefined, leave: () => undefined, begun };
      const call = callOf(['DEMO', '--mode', 'deep', '--out', folder], { url: bed.gateway.origin, key: KEY });
      try {
        await carryThrough(call, around);
        const shown = /at most +(\S+) CNY/.exec(printed.join('\n'))?.[1] ?? '';
        const { budget, spent } = await researchRun(bed.gateway.origin, KEY, run);
        expect(budget).toEqual([{ bucket: 'RMB', amount: shown }]);
        expect(nanoIn(spent)).toBeLessThanOrEqual(nanoOf(shown));
      } finally {
        await setPrice(PRIMARY_PRICE.input, PRIMARY_PRICE.output);
      }
    });

    promise('says why a run paused and how it goes on, and resumes it', async () => {
      const paused = command(['DEMO', '--yes', '--budget', 'rmb=0.001']);
      expect(await paused.ended).toBe(2);
      expect(paused.stdout).toMatch(/: PAUSED[\s\S]*budget[\s\S]*--resume/);
      const resumed = command(['--resume', runIdIn(paused), '--budget', 'RMB=5']);
      expect({ code: await resumed.ended, stderr: resumed.stderr }).toEqual({ code: 0, stderr: '' });
      const again = command(['--follow', runIdIn(paused)]);
      expect(await again.ended).toBe(0);
      expect(eventsIn(again)).toEqual(eventsIn(resumed));
    });

    promise('says how to come back to a run that its key may not read any more', async () => {
      const open = heldBack('technical_view');
      const asked = bed.a.requests.length;
      const followed = command(['DEMO', '--yes'], bed.gateway.origin, secretOf('pausable'));
      await bed.a.until(() => bed.a.requests.length === asked + 2);
      await graph(bed.gateway.origin, tokenOf('acme'), 'mutation { pauseApiKey(id: "pausable") { id } }');
      open();
      expect(await followed.ended).toBe(1);
      expect(followed.stderr).toMatch(/^The API key is paused\.\n/);
      expect(followed.stderr).toContain(`npm run research -- --follow ${runIdIn(followed)}\n`);
      await graph(bed.gateway.origin, tokenOf('acme'), 'mutation { resumeApiKey(id: "pausable") { id } }');
      const resumed = command(['--resume', runIdIn(followed)], bed.gateway.origin, secretOf('pausable'));
      expect({ code: await resumed.ended, stderr: resumed.stderr }).toEqual({ code: 0, stderr: '' });
    });

    promise('says how a run that ended without a section goes on, and follows it through its former end', async () => {
      bed.a.script('small-2025', (request) => (sectionIn(request) === 'technical_view' ? { text: 'no JSON' } : fitting(request)));
      const partial = command(['DEMO', '--yes']);
      expect(await partial.ended).toBe(2);
      expect(partial.stdout).toContain(`What is missing is written with: npm run research -- --resume ${runIdIn(partial)}\n`);
      bed.a.script('small-2025', fitting);
      const resumed = command(['--resume', runIdIn(partial)]);
      expect({ code: await resumed.ended, stderr: resumed.stderr }).toEqual({ code: 0, stderr: '' });
      const told = eventsIn(resumed);
      expect(told.slice(0, eventsIn(partial).length)).toEqual(eventsIn(partial));
      expect(told.slice(eventsIn(partial).length)).toEqual([
        ...[
          'Run: resumed',
          'Run: started',
          'Technical view: retried',
          'Technical view: completed',
          'Summary: started',
          'Summary: completed',
        ],
        'Run: ended',
      ]);
    });

    promise('asks an account which of its keys pays', async () => {
      const account = command(['DEMO', '--yes'], bed.gateway.origin, tokenOf('acme'));
      expect(await account.ended).toBe(1);
      expect(account.stderr).toContain('Name the key that pays with --api-key: ');
      const named = command(['DEMO', '--yes', '--api-key', 'chat'], bed.gateway.origin, tokenOf('acme'));
      expect(await named.ended).toBe(0);
      expect(
        readdirSync(join(folder, 'data', 'research'))
          .map((file) => file.replace(/.*\./, ''))
          .sort(),
      ).toEqual(['html', 'md']);
    });

    promise('says what is wrong with a call, a key, a symbol, an address', async () => {
      const failing = async (args: readonly string[], key = KEY) => {
        const running = command(args, bed.gateway.origin, key);
        return { code: await running.ended, stderr: running.stderr.split('\n')[0] };
      };
      expect(await failing(['DEMO', '--mode', 'wide'])).toEqual({
        code: WRONG_CALL,
        stderr: '--mode must be one of quick, standard, deep.',
      });
      expect(await failing(['DEMO'], '')).toMatchObject({ code: WRONG_CALL, stderr: expect.stringContaining('There is no key') });
      expect(await failing(['DEMO', '--yes'], 'sk-tf-nobody')).toMatchObject({ code: 1 });
      expect(await failing(['NOPE', '--yes'])).toMatchObject({ code: 1, stderr: expect.stringContaining('has no NOPE') });
      expect(await failing(['DEMO', '--url', 'http://127.0.0.1:9'])).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('There is no gateway'),
      });
    });

    promise('writes of the data in a folder what it is, and what is wrong with it', async () => {
      const rows = ['2026-01-05,10,11,9,10,500', '2026-01-06,10,12,9,11,0', '2026-01-07,x,12,9,11,0', '2026-02-20,11,12,9,12,700'];
      writeFileSync(join(folder, 'ACME.csv'), ['date,open,high,low,close,volume', ...rows].join('\n'));
      const research = { models: { quick: 'small', deep: 'small' }, marketData: { provider: 'csv', folder } };
      const database = await freshDatabase('sqlite');
      const gateway = await startGateway({ databaseUrl: database.url, catalog: { ...bed.catalog, research } });
      try {
        const running = command(['acme', '--yes', '--out', 'report.md'], gateway.origin);
        expect({ code: await running.ended, stderr: running.stderr }).toEqual({ code: 0, stderr: '' });
        const report = readFileSync(join(folder, 'report.md'), 'utf8');
        expect(report).toContain('- Daily prices: csv, 2026-01-05 to 2026-02-20, 3 days');
        for (const notice of [
          '1 day was left out',
          'prices are stale',
          'only 3 daily bars',
          'between 2026-01-06 and 2026-02-20',
          'no news',
        ]) {
          expect(report).toContain(notice);
        }
        expect(bed.a.requests.at(-1)?.text).toContain('only 3 daily bars');
      } finally {
        await gateway.stop();
        await database.drop();
      }
    });

    promise(
      'says where a report cannot be written, instead of trying for ever, and how what was paid for is had all the same',
      async () => {
        const id = await startResearch(bed.gateway.origin, KEY, { apiKeyId: 'chat', mode: 'QUICK' });
        writeFileSync(join(folder, 'file'), '');
        for (const out of ['/proc/reports', '/proc/self/a/b', 'file', 'file/below']) {
          const running = command(['--follow', id, '--out', out]);
          expect(await running.ended).toBe(1);
          expect(running.stdout).toContain(': COMPLETED');
          expect(running.stderr).toMatch(
            /^The report cannot be written: E[A-Z]+: .*The gateway keeps it: npm run research -- --follow [0-9a-f-]+ --out/,
          );
        }
      },
    );

    promise('reads reports over REST, for the key that pays and no other, also while they are being written', async () => {
      const open = heldBack('technical_view');
      const id = await startResearch(bed.gateway.origin, KEY, { apiKeyId: 'chat', mode: 'QUICK' });
      const early = await get(bed.gateway.origin, `/v1/runs/${id}/report.md`, KEY);
      expect([early.status, early.headers.get('content-type'), early.headers.get('cache-control')]).toEqual([
        200,
        'text/markdown; charset=utf-8',
        'no-store',
      ]);
      expect(await early.text()).toContain('*This section is not written yet.*');
      const page = await get(bed.gateway.origin, `/v1/runs/${id}/report.html`, KEY);
      expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(await page.text()).toContain('<!doctype html>');
      for (const key of [secretOf('premium'), secretOf('globex-chat')]) {
        expect((await get(bed.gateway.origin, `/v1/runs/${id}/report.html`, key)).status).toBe(404);
      }
      expect((await get(bed.gateway.origin, `/v1/runs/${id}/report.html`, null)).status).toBe(401);
      const agent = (await (await post(bed.gateway.origin, '/v1/runs', KEY, { name: 'mine' })).json()) as { id: string };
      expect((await get(bed.gateway.origin, `/v1/runs/${agent.id}/report.md`, KEY)).status).toBe(404);
      open();
      expect(await command(['--follow', id]).ended).toBe(0);
    });
  },
  ['sqlite'],
);
