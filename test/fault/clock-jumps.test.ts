/** The wall clock of a gateway jumps by an hour, forth and back, with calls in flight. */
import { audit } from '../support/audit';
import { eventually, gate } from '../support/eventually';
import { chunksOf, type EntryJson, graph, nanoOf, postChat, type ReceiptJson, receipt, textOf } from '../support/forge-client';
import { type GatewayProcess, startGateway } from '../support/gateway-process';
import { type Bed, onEachDatabase } from '../support/on-each-database';
import { HI, secretOf, tokenOf } from '../support/shop-catalog';
import { callOnce, openHolds } from './one-call';

const CHAT = secretOf('chat');
const HOUR = 3_600_000;
const JUMPS = [HOUR, -2 * HOUR, HOUR];
/** Longer than it takes to be declared dead and swept. */
const SWEPT_MS = 12_000;

interface WalletJson {
  readonly bucket: string;
  readonly balance: string;
  readonly entries: { readonly nodes: readonly EntryJson[] };
}

const jumping = (bed: Bed) =>
  startGateway({
    ...bed.gateway.settings,
    nodeArguments: ['-r', require.resolve('../support/jumping-clock.cjs')],
    environment: { CLOCK_JUMPS: JUMPS.join(',') },
  });

/** By how many hours the gateway is ahead. */
async function hoursOff(gateway: GatewayProcess): Promise<number> {
  const response = await postChat(gateway.origin, CHAT, { model: 'small', messages: HI });
  await response.text();
  const { createdAt } = await receipt(gateway.origin, CHAT, response.headers.get('x-request-id'));
  // Adding zero makes of a negative zero an ordinary one.
  return Math.round((Date.parse(createdAt) - Date.now()) / HOUR) + 0;
}

async function jump(gateway: GatewayProcess, hours: number): Promise<void> {
  gateway.signal('SIGUSR2');
  await eventually(async () => expect(await hoursOff(gateway)).toBe(hours));
}

async function hangingStream(bed: Bed, gateway: GatewayProcess, opened: Promise<void>): Promise<{ id: string; body: Promise<string> }> {
  bed.a.next({ gate: { before: 2, opened } });
  const response = await postChat(gateway.origin, CHAT, { model: 'small', messages: HI, stream: true });
  return { id: response.headers.get('x-request-id') ?? '', body: response.text() };
}

onEachDatabase('when the wall clock of a gateway jumps', (bed, promise) => {
  promise('no hold expires, no deadline strikes, and what is in flight ends as if nothing had happened', async () => {
    await bed.gateway.stop();
    bed.gateway = await jumping(bed);
    const { opened, open } = gate();
    const running = await hangingStream(bed, bed.gateway, opened);
    await jump(bed.gateway, 1);
    await jump(bed.gateway, -1);
    await jump(bed.gateway, 0);
    expect(await openHolds(bed)).toBe(1n);
    open();
    expect(textOf(chunksOf(await running.body))).toBe('You said: hi');
    const story = await receipt(bed.gateway.origin, CHAT, running.id);
    expect(story).toMatchObject({ status: 'SUCCEEDED', stopReason: 'COMPLETED', charge: '0.000013', hold: { state: 'SETTLED' } });
    expect(await audit(bed.database)).toEqual([]);
  });

  promise('every duration of a receipt goes by the monotonic clock', async () => {
    await bed.gateway.stop();
    bed.gateway = await jumping(bed);
    const stories: ReceiptJson[] = [];
    for (const hours of [1, -1, 0]) {
      const { opened, open } = gate();
      const running = await hangingStream(bed, bed.gateway, opened);
      await jump(bed.gateway, hours);
      open();
      await running.body;
      stories.push(await receipt(bed.gateway.origin, CHAT, running.id));
    }
    for (const { latencyMs, attempts } of stories) {
      const [attempt] = attempts;
      for (const duration of [latencyMs, attempt?.latencyMs, attempt?.timeToFirstTokenMs]) {
        expect(duration).toBeGreaterThanOrEqual(0);
        expect(duration).toBeLessThan(HOUR / 2);
      }
    }
  });

  promise('the ledger keeps its order: entries chain up from the balance of now to the first, whatever their times say', async () => {
    await bed.gateway.stop();
    bed.gateway = await jumping(bed);
    for (const hours of [1, -1, 0]) {
      await callOnce(bed, { model: 'small' });
      await jump(bed.gateway, hours);
      await callOnce(bed, { model: 'small' });
    }
    const query = '{ wallets { bucket balance entries(first: 50) { nodes { balanceBefore balanceAfter } } } }';
    const { wallets } = await graph<{ wallets: readonly WalletJson[] }>(bed.gateway.origin, tokenOf('acme'), query);
    const wallet = wallets.find(({ bucket }) => bucket === 'RMB');
    let balance = nanoOf(wallet?.balance ?? '');
    for (const entry of wallet?.entries.nodes ?? []) {
      expect(nanoOf(entry.balanceAfter)).toBe(balance);
      balance = nanoOf(entry.balanceBefore);
    }
    expect(wallet?.entries.nodes.length).toBeGreaterThan(6);
    expect(balance).toBe(0n);
    expect(await audit(bed.database)).toEqual([]);
  });
});

onEachDatabase(
  'when the wall clock of one of two gateways jumps',
  (bed, promise) => {
    promise(
      'neither declares the other dead: heartbeats go by the clock of the database',
      async () => {
        const other = await jumping(bed);
        try {
          for (const hours of [1, -1]) {
            const { opened, open } = gate();
            const streams = [await hangingStream(bed, bed.gateway, opened), await hangingStream(bed, other, opened)];
            await jump(other, hours);
            await bothBeatFor(SWEPT_MS);
            expect(await openHolds(bed)).toBe(2n);
            open();
            for (const { id, body } of streams) {
              expect(textOf(chunksOf(await body))).toBe('You said: hi');
              expect(await receipt(bed.gateway.origin, CHAT, id)).toMatchObject({ status: 'SUCCEEDED', charge: '0.000013' });
            }
          }
          expect((await other.stop()).code).toBe(0);
        } finally {
          await other.kill();
        }
      },
      600_000,
    );

    /** Resolves when both processes have written heartbeats for so long, by the clock of the database. */
    async function bothBeatFor(ms: number): Promise<void> {
      const beats = async () => {
        const rows = await bed.database.query("SELECT heartbeat_at FROM gateway_process WHERE state = 'LIVE'");
        return rows.map((row) => Number(row['heartbeat_at']));
      };
      const until = Math.max(...(await beats())) + ms;
      await eventually(async () => expect((await beats()).filter((at) => at >= until)).toHaveLength(2));
    }
  },
  ['mysql'],
);
