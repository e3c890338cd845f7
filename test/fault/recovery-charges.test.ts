/** Gateways that die in the middle of streams: what they are known to have delivered is charged, once, and nothing more. */
import { spoken, wav } from '../support/audio';
import { audit } from '../support/audit';
import { eventually, gate } from '../support/eventually';
import { chunksOf, eventsOf, nanoOf, post, postChat, type ReceiptJson, receipt } from '../support/forge-client';
import { type GatewayProcess, startGateway } from '../support/gateway-process';
import { type Bed, onEachDatabase } from '../support/on-each-database';
import { HI, secretOf } from '../support/shop-catalog';
import { killAndStart, partsOf } from './one-call';

const CHAT = secretOf('chat');
const RECOVERED_MS = 180_000;
const TEST_MS = 600_000;
const INPUT = 1_000n;
const OUTPUT = 4_000n;
/** Each is one token by any count, the upstream's and the gateway's. */
const words = (count: number) => 'one '.repeat(count);

interface Stream {
  readonly id: string;
  /** All that the client got, however it ended. */
  readonly got: Promise<string>;
}

/** A stream that has begun, with the words and pauses of its script. */
async function streaming(bed: Bed, gateway: GatewayProcess, script: object): Promise<Stream> {
  bed.a.next(script);
  const response = await postChat(gateway.origin, CHAT, { model: 'only-ordinary', messages: HI, stream: true, max_tokens: 500 });
  return { id: response.headers.get('x-request-id') ?? '', got: partsOf(response) };
}

/** Output tokens of the last checkpoint of a request; -1 before the first. */
async function notedOf(bed: Bed, { id }: Stream): Promise<number> {
  const [row] = await bed.database.query(
    `SELECT p.progress FROM hold_progress p JOIN hold h ON h.id = p.hold_id WHERE h.request_id = '${id}'`,
  );
  return row === undefined
    ? -1
    : (JSON.parse(String(row['progress'])) as { progress: { usage: { outputTokens: number } } }).progress.usage.outputTokens;
}

async function noted(bed: Bed, stream: Stream, tokens: number): Promise<void> {
  await eventually(async () => expect(await notedOf(bed, stream)).toBe(tokens));
}

async function abandoned(bed: Bed, { id }: Stream): Promise<ReceiptJson> {
  return eventually(async () => {
    const story = await receipt(bed.gateway.origin, CHAT, id);
    expect(story).toMatchObject({ status: 'ABANDONED', stopReason: 'GATEWAY_CRASH' });
    return story;
  }, RECOVERED_MS);
}

/** The story of a request that was charged for so many words, and what else must be true of it then. */
function chargedFor(story: ReceiptJson, outputTokens: number): void {
  expect(story.usage).toMatchObject({ outputTokens, source: 'FLOOR' });
  expect(nanoOf(story.charge)).toBe(BigInt(story.usage.inputTokens) * INPUT + BigInt(outputTokens) * OUTPUT);
  expect(story).toMatchObject({ hold: { state: 'SETTLED' }, finalChannel: { id: 'cheap-a' } });
  expect(story.ledgerEntries).toHaveLength(1);
  expect(nanoOf(story.ledgerEntries[0]?.amount ?? '')).toBe(-nanoOf(story.charge));
  expect(story.attempts).toMatchObject([{ status: 'CANCELLED', charge: story.charge, errorCode: 'gateway_crashed' }]);
}

onEachDatabase('kill -9 of a gateway that streams', (bed, promise) => {
  promise(
    'charges the text of speech of which a part was delivered',
    async () => {
      const { opened, open } = gate();
      const audio = wav(6_000);
      bed.a.next({ ...spoken([audio.subarray(0, 48_044), audio.subarray(48_044)], 'audio/wav'), gate: { before: 1, opened } });
      const response = await post(bed.gateway.origin, '/v1/audio/speech', CHAT, { model: 'speaker', input: 'hello', voice: 'x' });
      const speech = { id: response.headers.get('x-request-id') ?? '', got: partsOf(response) };
      // Three seconds of six, at 1250 tokens a minute; the last byte of what has come is kept back.
      await noted(bed, speech, 63);
      await killAndStart(bed);
      open();
      const story = await abandoned(bed, speech);
      expect(story).toMatchObject({ usage: { outputTokens: 63, source: 'FLOOR', classes: { characters: 5 } }, charge: '0.005' });
      expect(story).toMatchObject({ hold: { state: 'SETTLED' }, ledgerEntries: [{ amount: '-0.005' }] });
      await speech.got;
    },
    TEST_MS,
  );

  promise(
    'charges exactly the last checkpoint, and nothing to the stream that had delivered nothing',
    async () => {
      const { opened, open } = gate();
      const delivered = await streaming(bed, bed.gateway, { text: words(30), gate: { before: 13, opened } });
      const silent = await streaming(bed, bed.gateway, { text: words(30), gate: { before: 1, opened } });
      // The first event holds no word.
      await noted(bed, delivered, 12);
      await killAndStart(bed);
      open();
      chargedFor(await abandoned(bed, delivered), 12);
      expect(await abandoned(bed, silent)).toMatchObject({ charge: '0', hold: { state: 'RELEASED' }, ledgerEntries: [] });
      expect(await audit(bed.database)).toEqual([]);
    },
    TEST_MS,
  );

  promise(
    'charges what flowed until about a second before, and never more than the upstream sent',
    async () => {
      const { opened, open } = gate();
      // It never comes to its end by itself, however long the looks at it take.
      const stream = await streaming(bed, bed.gateway, { text: words(400), chunkDelayMs: 25, gate: { before: 390, opened } });
      const served = bed.a.served.at(-1);
      await eventually(async () => expect(await notedOf(bed, stream)).toBeGreaterThan(20));
      const before = served?.completionTokens ?? 0;
      // What was sent by now is noted within the next round.
      await eventually(async () => expect(await notedOf(bed, stream)).toBeGreaterThanOrEqual(before));
      await killAndStart(bed);
      open();
      const story = await abandoned(bed, stream);
      chargedFor(story, story.usage.outputTokens);
      expect(story.usage.outputTokens).toBeGreaterThanOrEqual(before);
      expect(story.usage.outputTokens).toBeLessThanOrEqual(served?.completionTokens ?? 0);
      expect((await stream.got).split('one ').length - 1).toBeGreaterThanOrEqual(story.usage.outputTokens);
    },
    TEST_MS,
  );
});

onEachDatabase(
  'several gateways, one of which',
  (bed, promise) => {
    promise(
      'is killed: two that sweep at once charge each of its streams once',
      async () => {
        const { opened, open } = gate();
        const [doomed, other] = await Promise.all([startGateway(bed.gateway.settings), startGateway(bed.gateway.settings)]);
        try {
          const streams: Stream[] = [];
          for (let at = 0; at < 6; at += 1) streams.push(await streaming(bed, doomed, { text: words(30), gate: { before: 8, opened } }));
          for (const stream of streams) await noted(bed, stream, 7);
          await doomed.kill();
          for (const stream of streams) chargedFor(await abandoned(bed, stream), 7);
          expect(await audit(bed.database)).toEqual([]);
        } finally {
          open();
          await doomed.kill();
          await other.stop();
        }
      },
      TEST_MS,
    );

    promise(
      'is stopped and wakes up after it was declared dead: it sends nothing more, settles nothing, raises an alarm, and leaves as one to be started again',
      async () => {
        const { opened, open } = gate();
        const zombie = await startGateway(bed.gateway.settings);
        try {
          const stream = await streaming(bed, zombie, { text: words(30), gate: { before: 8, opened } });
          await noted(bed, stream, 7);
          bed.a.next({ status: 500, gate: { before: 'head', opened } });
          const failing = postChat(zombie.origin, CHAT, { model: 'small', messages: HI }).catch(() => null);
          const asked = () => bed.a.requests.length + bed.b.requests.length;
          const before = asked();
          await bed.a.until(() => asked() > before);
          zombie.signal('SIGSTOP');
          const story = await abandoned(bed, stream);
          chargedFor(story, 7);
          open();
          await bed.a.until(() => bed.a.served.at(-1)?.closed === true);
          zombie.signal('SIGCONT');
          const { code, stderr } = await zombie.ended;
          expect(code).toBe(75);
          for (const alarm of ['process_fenced', 'late_settlement']) expect(stderr).toContain(`"alarm":"${alarm}"`);
          expect(stderr).toContain(stream.id);
          await failing;
          expect(asked()).toBe(before + 1);
          const got = await stream.got;
          expect(eventsOf(got)).not.toContain('[DONE]');
          expect(chunksOf(got).at(-1)?.error).toMatchObject({ code: 'gateway_crashed' });
          expect(await receipt(bed.gateway.origin, CHAT, stream.id)).toEqual(story);
          expect(await audit(bed.database)).toEqual([]);
        } finally {
          open();
          zombie.signal('SIGCONT');
          await zombie.kill();
        }
      },
      TEST_MS,
    );
  },
  ['mysql'],
);
