/** Two processes on one database, one of which dies: the other gives back what the dead one held, and nothing else. */
import { audit } from '../support/audit';
import type { Row } from '../support/databases';
import { eventually, gate, SLACK_MS } from '../support/eventually';
import { chunksOf, postChat, receipt, textOf } from '../support/forge-client';
import { type GatewayProcess, startGateway } from '../support/gateway-process';
import { type Bed, onEachDatabase } from '../support/on-each-database';
import { HI, secretOf } from '../support/shop-catalog';

const CHAT = secretOf('chat');
const RECOVERED_MS = 30_000 + SLACK_MS;

onEachDatabase(
  'when one of two gateways is killed',
  (bed, promise) => {
    promise(
      'the other releases its holds within thirty seconds, once, and never its own',
      async () => {
        const { opened, open } = gate();
        const doomed = await startGateway(bed.gateway.settings);
        const lost = await hangingStreams(bed, doomed, opened, 3);
        const [own] = await hangingStreams(bed, bed.gateway, opened, 1);
        expect(await heldHolds(bed)).toHaveLength(4);

        await doomed.kill();
        await eventually(async () => expect(await heldHolds(bed)).toEqual([{ request_id: own?.id }]), RECOVERED_MS);
        for (const { id } of lost) {
          const story = await receipt(bed.gateway.origin, CHAT, id);
          expect(story).toMatchObject({
            status: 'ABANDONED',
            stopReason: 'GATEWAY_CRASH',
            charge: '0',
            hold: { state: 'RELEASED' },
            ledgerEntries: [],
          });
        }
        expect(await receipt(bed.gateway.origin, CHAT, own?.id)).toMatchObject({ status: 'IN_FLIGHT', hold: { state: 'OPEN' } });
        expect(await audit(bed.database)).toEqual([]);

        open();
        expect(textOf(chunksOf((await own?.body) ?? ''))).toBe('You said: hi');
        expect(await receipt(bed.gateway.origin, CHAT, own?.id)).toMatchObject({ status: 'SUCCEEDED', charge: '0.000013' });
        expect(await heldHolds(bed)).toEqual([]);
      },
      600_000,
    );

    promise(
      'the next start releases them as well, when nobody else was living',
      async () => {
        const { opened, open } = gate();
        const { settings } = bed.gateway;
        const [lost] = await hangingStreams(bed, bed.gateway, opened, 1);
        await bed.gateway.kill();
        bed.gateway = await startGateway(settings);
        await eventually(async () => expect(await heldHolds(bed)).toEqual([]), RECOVERED_MS);
        expect(await receipt(bed.gateway.origin, CHAT, lost?.id)).toMatchObject({ status: 'ABANDONED', charge: '0' });
        open();
      },
      600_000,
    );

    promise('a gateway that leaves in good order takes nothing from the others', async () => {
      const { opened, open } = gate();
      const leaving = await startGateway(bed.gateway.settings);
      const [own] = await hangingStreams(bed, bed.gateway, opened, 1);
      expect((await leaving.stop()).code).toBe(0);
      expect(await heldHolds(bed)).toEqual([{ request_id: own?.id }]);
      open();
      await own?.body;
      expect(await receipt(bed.gateway.origin, CHAT, own?.id)).toMatchObject({ status: 'SUCCEEDED' });
    });
  },
  ['mysql'],
);

/** Streams that have begun and wait for the gate. `body` never rejects: a broken one is empty. */
async function hangingStreams(
  bed: Bed,
  gateway: GatewayProcess,
  opened: Promise<void>,
  count: number,
): Promise<{ id: string; body: Promise<string> }[]> {
  const streams = [];
  for (let index = 0; index < count; index += 1) {
    // Behind the role: once a word is delivered, a checkpoint may come before the kill, and what it says is charged.
    bed.a.next({ gate: { before: 1, opened } });
    const response = await postChat(gateway.origin, CHAT, { model: 'small', messages: HI, stream: true });
    streams.push({ id: response.headers.get('x-request-id') ?? '', body: response.text().catch(() => '') });
  }
  return streams;
}

function heldHolds(bed: Bed): Promise<Row[]> {
  return bed.database.query("SELECT request_id FROM hold WHERE state = 'OPEN'");
}
