/** Which channel serves, which balance pays, and what the receipt says of the way there. */
import { get, postChat, type ReceiptJson, receipt } from '../support/forge-client';
import { onOneDatabase } from '../support/on-each-database';
import { BACKUP_PRICE, HI, OFFICIAL_PRICE, PRIMARY_PRICE, secretOf } from '../support/shop-catalog';

/** A route as `/v1/models` lists it. */
interface Listed {
  readonly prices: readonly object[];
}

onOneDatabase('routing', (bed, promise) => {
  async function call(
    keyId: string,
    model: string,
    headers: Record<string, string> = {},
    more: object = {},
  ): Promise<{ response: Response; story: ReceiptJson }> {
    const response = await postChat(bed.gateway.origin, secretOf(keyId), { model, messages: HI, ...more }, { headers });
    await response.text();
    return { response, story: await receipt(bed.gateway.origin, secretOf(keyId), response.headers.get('x-request-id')) };
  }

  const paidFrom = ({ response, story }: { response: Response; story: ReceiptJson }) => {
    const { status, headers } = response;
    expect([headers.get('x-forge-route-type'), headers.get('x-forge-bucket')]).toEqual([story.routeType, story.bucket]);
    return [status, story.routeType, story.bucket, story.price?.currency, story.charge];
  };

  promise('ORDINARY pays from RMB, OFFICIAL from CREDIT, each at its own price', async () => {
    expect(paidFrom(await call('chat', 'small'))).toEqual([200, 'ORDINARY', 'RMB', 'CNY', '0.000013']);
    expect(paidFrom(await call('official', 'small'))).toEqual([200, 'OFFICIAL', 'CREDIT', 'USD', '0.00000625']);
  });

  promise('follows the policy of the key where a model has both routes', async () => {
    expect(paidFrom(await call('careful', 'small'))[1]).toBe('ORDINARY');
    expect(paidFrom(await call('premium', 'small'))[1]).toBe('OFFICIAL');
    expect(paidFrom(await call('careful', 'only-official'))[1]).toBe('OFFICIAL');
  });

  promise('is narrowed by x-forge-route, and never widened', async () => {
    const narrowed = await call('careful', 'small', { 'x-forge-route': 'official' });
    expect(paidFrom(narrowed)[1]).toBe('OFFICIAL');
    expect(narrowed.story.bucketReason).toMatch(/asked/);
    expect((await call('chat', 'small', { 'x-forge-route': 'official' })).response.status).toBe(403);
    expect((await call('careful', 'only-ordinary', { 'x-forge-route': 'official' })).response.status).toBe(403);
  });

  promise('tries a channel as often as its step says, then the next, and writes down every try', async () => {
    for (const status of [500, 503, 500]) bed.a.next({ status });
    const { story } = await call('chat', 'stubborn');
    expect(story).toMatchObject({ retryCount: 2, fallbackCount: 1, charge: '0.000026', fallbackDelta: '0.000013' });
    expect(
      story.attempts.map(({ index, channel, role, retry, status, providerStatus }) => [
        index,
        channel.id,
        role,
        retry,
        status,
        providerStatus,
      ]),
    ).toEqual([
      [0, 'cheap-a', 'PRIMARY', 0, 'FAILED', 500],
      [1, 'cheap-a', 'PRIMARY', 1, 'FAILED', 503],
      [2, 'cheap-a', 'PRIMARY', 2, 'FAILED', 500],
      [3, 'cheap-b', 'BACKUP', 0, 'SUCCEEDED', 200],
    ]);
  });

  promise(
    'is told with its price before a call, as the receipt tells it after, for the primary, for backups and across balances',
    async () => {
      const listed = async (keyId: string) => {
        const { routes } = (await (await get(bed.gateway.origin, '/v1/models/small', secretOf(keyId))).json()) as { routes: Listed[] };
        return routes;
      };
      const [ordinary, official] = await listed('crossing');
      expect([ordinary, official]).toMatchObject([
        { type: 'ORDINARY', bucket: 'RMB', prices: [{ currency: 'CNY', ...PRIMARY_PRICE }, BACKUP_PRICE] },
        { type: 'OFFICIAL', bucket: 'CREDIT', prices: [{ currency: 'USD', ...OFFICIAL_PRICE }] },
      ]);
      expect(await listed('chat')).toEqual([ordinary]);
      expect(await listed('official')).toEqual([official]);
      expect((await call('chat', 'small')).story.price).toEqual(ordinary?.prices[0]);
      bed.a.next({ status: 500 });
      expect((await call('chat', 'small')).story.price).toEqual(ordinary?.prices[1]);
    },
  );

  promise('stays on a channel that answers at the second try, at its own price', async () => {
    bed.a.next({ status: 500 });
    const { story } = await call('chat', 'stubborn');
    expect(story).toMatchObject({
      retryCount: 1,
      fallbackCount: 0,
      charge: '0.000013',
      fallbackDelta: null,
      finalChannel: { id: 'cheap-a' },
    });
  });

  promise('goes on at once where a channel refuses our own key or rate', async () => {
    bed.a.next({ status: 429 });
    const { story } = await call('chat', 'stubborn');
    expect(story.attempts.map((attempt) => attempt.channel.id)).toEqual(['cheap-a', 'cheap-b']);
  });

  promise('writes down the steps whose turn came and that were passed over, and those that were not reached', async () => {
    const skipped = (await call('chat', 'skipping', {}, { seed: 1 })).story;
    expect(skipped.attempts).toMatchObject([
      { channel: { id: 'claude' }, role: 'PRIMARY', status: 'SKIPPED', errorCode: 'feature_unsupported' },
      { channel: { id: 'cheap-b' }, role: 'BACKUP', status: 'SUCCEEDED' },
    ]);
    const unreachable = (await call('chat', 'unreachable')).story;
    expect(unreachable.attempts).toMatchObject([
      { channel: { id: 'nobody' }, status: 'FAILED', errorCode: 'connect_failed', providerStatus: null },
      { channel: { id: 'cheap-b' }, status: 'SUCCEEDED' },
    ]);
    expect(JSON.stringify(unreachable)).not.toContain('127.0.0.1');
  });

  promise('crosses to the other balance only where the key allows it: when the first cannot pay', async () => {
    const crossed = await call('poor-crossing', 'small');
    expect(paidFrom(crossed)).toEqual([200, 'OFFICIAL', 'CREDIT', 'USD', '0.00000625']);
    expect(crossed.story.bucketReason).toMatch(/cross/);
    expect(crossed.story.attempts.map(({ status, errorCode }) => [status, errorCode])).toEqual([
      ['SKIPPED', 'insufficient_quota'],
      ['SUCCEEDED', null],
    ]);
    const { response, story } = await call('poor-careful', 'small');
    expect([response.status, story.errorCode]).toEqual([429, 'insufficient_quota']);
  });

  promise('crosses to the other balance only where the key allows it: when every channel of the first failed', async () => {
    for (const upstream of [bed.a, bed.b]) upstream.next({ status: 500 });
    const crossed = await call('crossing', 'small');
    expect(paidFrom(crossed)).toEqual([200, 'OFFICIAL', 'CREDIT', 'USD', '0.00000625']);
    expect(crossed.story.attempts.map(({ channel, charge }) => [channel.id, charge])).toEqual([
      ['cheap-a', '0'],
      ['cheap-b', '0'],
      ['official', '0.00000625'],
    ]);
    const holds = await bed.database.query(`SELECT wallet_id, state FROM hold WHERE request_id = '${crossed.story.id}' ORDER BY wallet_id`);
    expect(holds).toEqual([
      { wallet_id: 'acme:CREDIT', state: 'SETTLED' },
      { wallet_id: 'acme:RMB', state: 'RELEASED' },
    ]);
    for (const upstream of [bed.a, bed.b]) upstream.next({ status: 500 });
    expect((await call('careful', 'small')).response.status).toBe(502);
  });

  promise('never holds both balances at once for one request', async () => {
    const [row] = await bed.database.query(
      'SELECT COUNT(*) AS n FROM hold h JOIN hold o ON o.request_id = h.request_id AND o.id <> h.id WHERE h.state = o.state',
    );
    expect(row?.['n']).toBe(0n);
  });
});

onOneDatabase('an output limit', (bed, promise) => {
  const post = (key: string, body: object = {}) =>
    postChat(bed.gateway.origin, secretOf(key), { model: 'only-ordinary', messages: HI, ...body });

  promise('that the client left out is lowered to what the balance covers, and the receipt says so', async () => {
    const response = await post('lean-chat');
    expect(response.status).toBe(200);
    expect(bed.a.requests.at(-1)?.body.max_tokens).toBe(320);
    const story = await receipt(bed.gateway.origin, secretOf('lean-chat'), response.headers.get('x-request-id'));
    expect(story.loweredOutputLimit).toBe(320);
    expect(story.hold?.amount).toBe('0.001298');
  });

  promise('is lowered to 256 tokens, and no further', async () => {
    expect((await post('leaner-chat')).status).toBe(200);
    expect(bed.a.requests.at(-1)?.body.max_tokens).toBe(256);
    const refused = await post('leanest-chat');
    expect(refused.status).toBe(429);
    expect(await refused.json()).toMatchObject({ error: { code: 'insufficient_quota' } });
  });

  promise('that the client set is never changed: covered in full, or refused', async () => {
    expect((await post('leanest-chat', { max_tokens: 300 })).status).toBe(429);
    const before = bed.a.requests.length;
    expect((await post('leanest-chat', { max_tokens: 200 })).status).toBe(200);
    expect(bed.a.requests.length).toBe(before + 1);
    expect(bed.a.requests.at(-1)?.body.max_tokens).toBe(200);
    expect((await post('chat')).status).toBe(200);
    expect(bed.a.requests.at(-1)?.body.max_tokens).toBeUndefined();
  });
});
