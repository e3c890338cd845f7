/** Who carries a run on, when something goes wrong on the way. */
import { eventually, gate } from '../../test/support/eventually';
import type { Act } from '../../test/support/fake-upstream';
import { researchWorld } from '../../test/support/memory-research';
import { answerOf } from '../../test/support/section-answers';
import { Fault } from '../kernel/fault';
import type { RunStatus } from '../kernel/words';
import { Drive } from './advance-run';
import { instant } from './report/report';
import { ResearchWorker } from './research-worker';
import { sectionsOf } from './sections/section';

const LOG = { info: () => undefined, warn: () => undefined, error: () => undefined };

describe('a worker of research', () => {
  it('does not lose a run that it is claiming while it looks after its leases', async () => {
    const [loading, renewing] = [gate(), gate()];
    const asked: (readonly string[])[] = [];
    const world = researchWorld({
      section: { status: 'COMPLETED', content: answerOf('market_snapshot') },
      loading: loading.opened,
      leases: {
        renew: async (ids) => {
          asked.push(ids);
          await renewing.opened;
          return new Set<string>();
        },
      },
    });
    const worker = new ResearchWorker(world.means, LOG);
    const taken = worker.take('run-1');
    const looked = worker.look();
    await new Promise(setImmediate);
    renewing.open();
    await looked;
    loading.open();
    await taken;
    expect(world.steps.map(({ status }) => status?.to)).toEqual(['RUNNING', 'COMPLETED']);
    expect(asked).toEqual([[]]);
  });

  it('says in the report when the run was begun, and not when it was asked for', async () => {
    const world = researchWorld({ section: { status: 'COMPLETED', content: answerOf('market_snapshot') } });
    await new ResearchWorker(world.means, LOG).take('run-1');
    const [begun, ended] = world.steps;
    expect(ended?.report?.markdown).toContain(`started ${instant(begun?.status?.at ?? 0)}`);
  });

  it('tells nobody who waits for it that a run broke: it is tried again', async () => {
    const { opened, open } = gate();
    const broken = () => {
      throw new Error('the database is away');
    };
    const world = researchWorld({ loading: opened, onWrite: broken });
    const worker = new ResearchWorker(world.means, LOG);
    const first = worker.take('run-1');
    await new Promise(setImmediate);
    const second = worker.take('run-1');
    const idle = worker.idle();
    open();
    expect(await Promise.all([first, second, idle])).toEqual([undefined, undefined, undefined]);
  });
});

describe('a run that is lost while a call is in flight', () => {
  async function lost(status: RunStatus) {
    const { opened, open } = gate();
    const world = researchWorld({ scene: { acts: { a: [{ until: opened }] } }, status, leases: { renew: async () => new Set<string>() } });
    const worker = new ResearchWorker(world.means, LOG);
    const taken = worker.take('run-1');
    await eventually(() => expect(world.upstream.calls.length).toBeGreaterThan(0));
    await worker.look();
    const { length } = world.upstream.cuts;
    open();
    await taken;
    return length;
  }

  it('has its calls come to their end where another process goes on: what they are charged for is used there', async () => {
    expect(await lost('RUNNING')).toBe(0);
  });

  it('has its calls cut where it was cancelled', async () => {
    expect(await lost('CANCELLED')).toBeGreaterThan(0);
  });
});

describe('a run whose steps cannot be written', () => {
  it('cuts no call of another section: what is paid for is written down', async () => {
    const { opened, open } = gate();
    const world = researchWorld({
      scene: { acts: { a: [{ until: opened }] } },
      onWrite: ({ section }) => {
        if (section?.id !== 's-technical_view') return;
        // By then the call of the other section is on its way.
        setImmediate(open);
        throw new Error('a deadlock');
      },
    });
    await expect(new Drive(world.means, world.research, 'owner').run()).rejects.toThrow('a deadlock');
    expect(world.upstream.calls).toHaveLength(1);
    expect(world.upstream.cuts).toEqual([]);
    expect(world.steps.at(-1)?.section).toMatchObject({ id: 's-market_snapshot', openCallId: null });
  });
});

describe('a run that is taken over', () => {
  it('keeps the call of its former process written down where this one stops before the call has ended', async () => {
    let drive: Drive | null = null;
    const world = researchWorld({
      section: { status: 'RUNNING', tries: 1, openCallId: 'call-1' },
      flying: (looks) => {
        if (looks > 2) drive?.stop();
        return true;
      },
    });
    drive = new Drive(world.means, world.research, 'owner');
    await drive.run();
    expect(world.steps.filter(({ section }) => section !== undefined)).toEqual([]);
  });
});

describe('a run that waits for the rate of its key', () => {
  it('waits no longer once it is told to stop', async () => {
    const { means, research } = researchWorld({});
    const refuse = () => Promise.reject(new Fault('rate_limit_exceeded', 'Wait.', { retryAfterS: 60 }));
    let slept = 0;
    const sleep = async (ms: number) => {
      slept += ms;
      drive.stop();
    };
    const keys: typeof means.gateway.keys = Object.assign(Object.create(means.gateway.keys), { recognise: refuse });
    const gateway = { ...means.gateway, keys, clock: { ...means.gateway.clock, sleep } };
    const drive = new Drive({ ...means, gateway }, research, 'owner');
    await drive.run();
    expect(slept).toBeGreaterThan(0);
    expect(slept).toBeLessThan(2_000);
  });
});

describe('the sections of a run', () => {
  const oneSlot = { requestsPerMinute: null, tokensPerMinute: null, concurrency: 1 };
  it.each([
    ['key', { limits: { ...oneSlot, spend: [] } }],
    ['account', { accountRates: oneSlot }],
  ])('are not asked for more at once than the %s has slots for: none is refused', async (_whose, key) => {
    const world = researchWorld({ scene: { key } });
    await new Drive(world.means, world.research, 'owner').run();
    expect(world.upstream.calls.length).toBeGreaterThan(0);
    expect(world.steps.filter(({ call }) => call !== undefined)).toHaveLength(world.upstream.calls.length);
  });

  it('have more room where an answer was cut off at its limit, within what the model has', async () => {
    const cut: Act = {
      text: '{"choices":[{"message":{"content":null},"finish_reason":"length"}],"usage":{"prompt_tokens":7,"completion_tokens":900}}',
    };
    const limits = { requestsPerMinute: null, tokensPerMinute: null, concurrency: 1, spend: [] };
    const world = researchWorld({ scene: { key: { limits }, acts: { a: [cut] } } });
    await new Drive(world.means, world.research, 'owner').run();
    const asked = world.upstream.calls.map(
      ({ body }) => (JSON.parse(body.text) as { max_completion_tokens: number }).max_completion_tokens,
    );
    const snapshot = sectionsOf('QUICK')[0]?.outputTokens;
    // The model has no more than 1000. The answers after it are no JSON, and each is tried three times.
    expect(asked).toEqual([snapshot, ...Array(5).fill(1_000)]);
    expect(world.steps.find(({ event }) => event?.kind === 'TRY_FAILED')?.event?.message).toBe(
      `The answer does not fit: it was cut off at ${snapshot} tokens`,
    );
  });
});
