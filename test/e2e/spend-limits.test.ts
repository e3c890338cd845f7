/** Spend limits and idempotency keys, as a client meets them. */
import { newId } from '../../src/kernel/ids';
import { graph, postChat, type ReceiptJson, receipt } from '../support/forge-client';
import { onEachDatabase } from '../support/on-each-database';
import { HI, secretOf, tokenOf } from '../support/shop-catalog';

const ACME = tokenOf('acme');
const CHAT = secretOf('chat');

interface ErrorBody {
  readonly error: { readonly code: string; readonly message: string; readonly receipt_id?: string };
}

onEachDatabase('a limited key', (bed, promise) => {
  async function keyWith(input: string): Promise<string> {
    const mutation = `mutation { createApiKey(input: { name: "limited", ${input} }) { secret } }`;
    return (await graph<{ createApiKey: { secret: string } }>(bed.gateway.origin, ACME, mutation)).createApiKey.secret;
  }
  const call = (secret: string, body: object = {}, headers: Record<string, string> = {}) =>
    postChat(bed.gateway.origin, secret, { model: 'small', messages: HI, max_tokens: 10, ...body }, { headers });
  const story = (secret: string, response: Response): Promise<ReceiptJson> =>
    receipt(bed.gateway.origin, secret, response.headers.get('x-request-id') ?? '');

  promise('is refused the call that would pass its limit, is told which limit, and has a receipt', async () => {
    const secret = await keyWith('spendLimits: [{ bucket: RMB, window: DAY, amount: "0.0003" }]');
    const first = await call(secret);
    expect(first.status).toBe(200);
    await first.text();
    let refused = await call(secret);
    for (let nth = 0; refused.status === 200 && nth < 50; nth += 1) {
      await refused.text();
      refused = await call(secret);
    }
    const { error } = (await refused.json()) as ErrorBody;
    expect([refused.status, error.code, refused.headers.get('x-should-retry')]).toEqual([429, 'spend_limit_reached', 'false']);
    expect(error.message).toMatch(/The DAY limit of this key on RMB is 0\.0003 CNY: .* is spent and 0 CNY is held/);
    expect(await story(secret, refused)).toMatchObject({ status: 'FAILED', stopReason: 'REFUSED', charge: '0', bucket: 'RMB' });
    const served = bed.a.requests.length;
    await (await call(secret)).text();
    expect(bed.a.requests.length).toBe(served);
  });

  promise('is told by a preview what its limit, or that of its project, refuses', async () => {
    const tight = '{ bucket: RMB, window: DAY, amount: "0.00001" }';
    const limitProject = (limits: string) =>
      graph(bed.gateway.origin, ACME, `mutation { setProjectSpendLimits(projectId: "acme-bots", spendLimits: [${limits}]) { id } }`);
    const told = async (secret: string) => {
      const { error } = (await (await call(secret)).json()) as ErrorBody;
      expect(error.code).toBe('spend_limit_reached');
      const [key] = (await graph<{ apiKeys: { id: string }[] }>(bed.gateway.origin, secret, '{ apiKeys { id } }')).apiKeys;
      const request = `apiKeyId: "${key?.id}", model: "small", inputTokens: 18, maxOutputTokens: 10`;
      return graph(bed.gateway.origin, secret, `{ routePreview(input: { ${request} }) { callable reason holdAmount } }`);
    };
    const refusedBy = (whose: string) => ({
      routePreview: {
        callable: false,
        holdAmount: null,
        reason: expect.stringContaining(`The DAY limit of ${whose} on RMB is 0.00001 CNY`),
      },
    });
    expect(await told(await keyWith(`spendLimits: [${tight}]`))).toEqual(refusedBy('this key'));
    await limitProject(tight);
    expect(await told(await keyWith('projectId: "acme-bots"'))).toEqual(refusedBy('the project "acme-bots"'));
    await limitProject('');
  });

  promise('never passes its limit, whatever comes at once', async () => {
    const secret = await keyWith('spendLimits: [{ bucket: RMB, window: LIFETIME, amount: "0.0006" }]');
    const answers = await Promise.all(Array.from({ length: 40 }, () => call(secret)));
    const stories = await Promise.all(
      answers.map(async (answer) => {
        await answer.text();
        return story(secret, answer);
      }),
    );
    const nano = (decimal: string) => Math.round(Number(decimal) * 1e9);
    expect(stories.reduce((sum, { charge }) => sum + nano(charge), 0)).toBeLessThanOrEqual(600_000);
    expect(answers.some(({ status }) => status === 200)).toBe(true);
    expect(answers.some(({ status }) => status === 429)).toBe(true);
  });

  promise('is served from its other balance when it may cross, and its limit refuses the first; the receipt says why', async () => {
    const limits = 'spendLimits: [{ bucket: RMB, window: DAY, amount: "0.000001" }]';
    const secret = await keyWith(`routePolicy: ORDINARY_FIRST, crossBucketFallback: true, ${limits}`);
    const served = bed.a.requests.length;
    const answer = await call(secret);
    expect([answer.status, (await answer.text()) !== '', bed.a.requests.length]).toEqual([200, true, served]);
    const { bucket, attempts } = await story(secret, answer);
    expect([bucket, attempts[0], attempts[1]]).toMatchObject([
      'CREDIT',
      {
        status: 'SKIPPED',
        errorCode: 'spend_limit_reached',
        errorMessage: expect.stringMatching(/DAY limit of this key on RMB/),
        charge: '0',
      },
      { status: 'SUCCEEDED', channel: { id: 'official' } },
    ]);
  });

  promise('never falls back past the limit of its other balance: the hop is an attempt that says why', async () => {
    const limits = 'spendLimits: [{ bucket: CREDIT, window: DAY, amount: "0.000000001" }]';
    const secret = await keyWith(`routePolicy: ORDINARY_FIRST, crossBucketFallback: true, ${limits}`);
    bed.a.next({ status: 401 });
    bed.b.next({ status: 401 });
    const served = bed.official.requests.length;
    const answer = await call(secret);
    expect([answer.status, (await answer.text()) !== '', bed.official.requests.length]).toEqual([502, true, served]);
    const { bucket, charge, attempts } = await story(secret, answer);
    expect([bucket, charge, attempts.at(-1)]).toMatchObject([
      'RMB',
      '0',
      { status: 'SKIPPED', errorCode: 'spend_limit_reached', channel: { id: 'official' } },
    ]);
  });
});

onEachDatabase('an Idempotency-Key', (bed, promise) => {
  const call = (key: string, body: object = {}) =>
    postChat(bed.gateway.origin, CHAT, { model: 'small', messages: HI, ...body }, { headers: { 'idempotency-key': key } });
  const answered = async (response: Response) => ({
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as ErrorBody,
  });
  const unique = newId;

  promise('is charged once: the second call is told of the first receipt and is not to be tried again', async () => {
    const key = unique();
    const first = await call(key);
    await first.text();
    const served = bed.a.requests.length;
    const again = await answered(await call(key));
    expect([again.status, again.body.error.code, again.headers.get('x-should-retry')]).toEqual([409, 'idempotency_settled', 'false']);
    expect(again.body.error.receipt_id).toBe(first.headers.get('x-request-id'));
    expect(bed.a.requests.length).toBe(served);
  });

  promise('with another body is a mistake', async () => {
    const key = unique();
    await (await call(key)).text();
    const other = await answered(await call(key, { temperature: 0.5 }));
    expect([other.status, other.body.error.code]).toEqual([422, 'idempotency_mismatch']);
  });

  promise('while its first call runs is to be waited for', async () => {
    const key = unique();
    bed.a.next({ delayMs: 400 });
    const running = call(key);
    let twin = await call(key);
    for (let nth = 0; twin.status === 200 && nth < 3; nth += 1) twin = await call(key);
    const told = await answered(twin);
    expect([told.status, told.headers.get('x-should-retry')]).toEqual([409, String(told.body.error.code === 'idempotency_in_progress')]);
    await (await running).text();
  });

  promise('of a hundred calls at once serves one', async () => {
    const key = unique();
    const answers = await Promise.all(Array.from({ length: 100 }, () => call(key)));
    await Promise.all(answers.map((answer) => answer.text()));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(99);
  });

  promise('runs again after a failure that cost nothing, and is settled once', async () => {
    const key = unique();
    bed.a.next({ status: 500 });
    bed.b.next({ status: 500 });
    const failed = await call(key);
    expect(failed.status).toBe(502);
    await failed.text();
    const again = await call(key);
    expect(again.status).toBe(200);
    await again.text();
    expect((await call(key)).status).toBe(409);
  });
});
