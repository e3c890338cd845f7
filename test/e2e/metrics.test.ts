/** `GET /metrics`: what Prometheus reads, and who may. */
import { postChat } from '../support/forge-client';
import { OPERATOR_TOKEN } from '../support/gateway-process';
import { type Bed, onOneDatabase } from '../support/on-each-database';
import { HI, secretOf, tokenOf } from '../support/shop-catalog';

const CHAT = secretOf('chat');

async function scrape(bed: Bed): Promise<string> {
  const response = await fetch(`${bed.gateway.origin}/metrics`);
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
  return response.text();
}

/** The value of a sample, by the beginning of its line; 0 where it is not there yet. */
async function sample(bed: Bed, name: string): Promise<number> {
  const line = (await scrape(bed)).split('\n').find((each) => each.startsWith(`${name} `));
  return line === undefined ? 0 : Number(line.slice(name.length));
}

async function call(bed: Bed, key: string, body: object = {}): Promise<number> {
  const response = await postChat(bed.gateway.origin, secretOf(key), { model: 'small', messages: HI, ...body });
  await response.text();
  return response.status;
}

const requests = (routeType: string, status: string, stopReason: string) =>
  `tokens_forge_requests_total{endpoint="/v1/chat/completions",route_type="${routeType}",status="${status}",stop_reason="${stopReason}"}`;

onOneDatabase('the metrics', (bed, promise) => {
  promise('count a call once, its attempts by channel, its tokens, and its charge by bucket', async () => {
    const names = [
      requests('ORDINARY', 'SUCCEEDED', 'COMPLETED'),
      'tokens_forge_attempts_total{channel="cheap-a",role="PRIMARY",status="FAILED"}',
      'tokens_forge_attempts_total{channel="cheap-b",role="BACKUP",status="SUCCEEDED"}',
      'tokens_forge_tokens_total{route_type="ORDINARY",class="input"}',
      'tokens_forge_hold_seconds_count',
      'tokens_forge_request_seconds_count{route_type="ORDINARY"}',
    ];
    const before = await Promise.all(names.map((name) => sample(bed, name)));
    bed.a.next({ status: 500 });
    expect(await call(bed, 'chat')).toBe(200);
    const after = await Promise.all(names.map((name) => sample(bed, name)));
    expect(after.map((value, at) => value - (before[at] ?? 0))).toEqual([1, 1, 1, 1, 1, 1]);
    expect(await sample(bed, 'tokens_forge_charges_total{bucket="RMB",currency="CNY"}')).toBeGreaterThan(0);
    expect(await sample(bed, 'tokens_forge_open_holds')).toBe(0);
    expect(await sample(bed, 'tokens_forge_ledger_batch_items_count')).toBeGreaterThan(0);
  });

  promise('have the time to a first token of streams alone: a whole answer says nothing of it', async () => {
    const counts = async () => [
      await sample(bed, 'tokens_forge_time_to_first_token_seconds_count{route_type="ORDINARY"}'),
      await sample(bed, 'tokens_forge_request_seconds_count{route_type="ORDINARY"}'),
    ];
    const [tokens = 0, answers = 0] = await counts();
    expect(await call(bed, 'chat')).toBe(200);
    expect(await counts()).toEqual([tokens, answers + 1]);
    expect(await call(bed, 'chat', { stream: true })).toBe(200);
    expect(await counts()).toEqual([tokens + 1, answers + 2]);
  });

  promise('count refusals, with a hold and without', async () => {
    expect([await call(bed, 'poor-chat'), await call(bed, 'chat', { model: 'no-such-model' })]).toEqual([429, 404]);
    expect(await sample(bed, requests('none', 'FAILED', 'REFUSED'))).toBeGreaterThan(0);
    expect(await sample(bed, requests('ORDINARY', 'FAILED', 'REFUSED'))).toBeGreaterThan(0);
    expect(await sample(bed, 'tokens_forge_holds_refused_total{reason="insufficient"}')).toBeGreaterThan(0);
  });

  promise('name no key, no account and no request', async () => {
    const text = await scrape(bed);
    for (const name of ['acme', 'poor-chat', 'no-such-model', 'account', 'api_key']) expect(text).not.toContain(name);
  });

  promise('need the token of the operator from elsewhere: no other one will do', async () => {
    const from = (token: string | null) =>
      fetch(`${bed.gateway.origin}/metrics`, {
        headers: { 'x-forwarded-for': '203.0.113.9', ...(token === null ? {} : { authorization: `Bearer ${token}` }) },
      }).then(({ status }) => status);
    expect([await from(null), await from(CHAT), await from(tokenOf('acme')), await from(OPERATOR_TOKEN)]).toEqual([401, 403, 403, 200]);
  });
});
