import type { FastifyInstance } from 'fastify';
import { eventually, gate } from '../../../../test/support/eventually';
import { StillClock } from '../../../../test/support/still-clock';
import { createServer } from '../server';
import { ArrivingBodies } from './arriving-bodies';
import { BodyRoom } from './body-room';
import { keepToRoom } from './keep-to-room';
import { KeptForSlow } from './kept-for-slow';

const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };
/** Seventy thousand bytes, and as many parts of others. */
const TEXT = { said: 'x'.repeat(70_000) };
const LISTS = { said: Array<never[]>(5_000).fill([]) };

describe('what is posted as JSON, to whatever route', () => {
  let app: FastifyInstance;
  let origin: string;
  let taken: unknown[];
  let answer: ReturnType<typeof gate>;

  beforeEach(async () => {
    [taken, answer] = [[], gate()];
    app = createServer(SILENT);
    keepToRoom(app, { room: new BodyRoom(100_000), arriving: new ArrivingBodies(new KeptForSlow(100_000, new StillClock())) });
    app.post('/said', async ({ body }) => {
      taken.push(body);
      await answer.opened;
      return 'heard';
    });
    origin = await app.listen({ host: '127.0.0.1', port: 0 });
  });

  afterEach(() => app.close());

  const postText = (body: string) => fetch(`${origin}/said`, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
  const post = async (said: object) => (await postText(JSON.stringify(said))).status;

  it.each([
    ['of many bytes', TEXT],
    ['of many parts', LISTS],
  ])('is kept until its answer has ended, and another one %s is told to come again', async (_, body) => {
    const first = post(TEXT);
    await eventually(() => expect(taken).toEqual([TEXT]));
    expect(await post(body)).toBe(503);
    answer.open();
    expect(await first).toBe(200);
    await eventually(async () => expect(await post(body)).toBe(200));
    expect(taken).toEqual([TEXT, body]);
  });

  it('is taken beside large ones where it is small', async () => {
    const first = post(TEXT);
    const second = post({ said: 'little' });
    await eventually(() => expect(taken).toHaveLength(2));
    answer.open();
    expect(await Promise.all([first, second])).toEqual([200, 200]);
  });

  it('is none where it is a text, which is taken as it is', async () => {
    answer.open();
    expect((await fetch(`${origin}/said`, { method: 'POST', body: 'text' })).status).toBe(200);
    expect(taken).toEqual(['text']);
  });

  it.each(['{"said":', ''])('is refused where it is none: %j', async (payload) => {
    expect(await (await postText(payload)).json()).toMatchObject({ error: { code: 'invalid_request' } });
    expect(taken).toEqual([]);
  });
});
