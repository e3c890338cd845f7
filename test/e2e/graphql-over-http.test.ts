/** The GraphQL-over-HTTP specification, by the suite of its reference implementation. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { type Audit, serverAudits } from 'graphql-http';
import { OPERATOR_TOKEN } from '../support/gateway-process';
import { onOneDatabase } from '../support/on-each-database';

const audits: readonly Audit[] = serverAudits({ url: 'http://replaced' });

onOneDatabase('GraphQL over HTTP', (bed, promise) => {
  const run = async (id: string) => {
    const authorised: typeof fetch = (input, init) =>
      fetch(input, { ...init, headers: { ...Object.fromEntries(new Headers(init?.headers)), authorization: `Bearer ${OPERATOR_TOKEN}` } });
    const audit = serverAudits({ url: `${bed.gateway.origin}/graphql`, fetchFn: authorised }).find((each) => each.id === id);
    const result = await audit?.fn();
    const body = result !== undefined && 'response' in result ? await result.response.text().catch(() => '') : '';
    return result === undefined ? 'missing' : result.status === 'ok' ? 'ok' : `${result.status}: ${result.reason} ${body}`;
  };

  for (const { id, name } of audits) {
    promise(`${id} ${name}`, async () => {
      expect(await run(id)).toBe('ok');
    });
  }

  const hosts: readonly (readonly [string, string, string])[] = [
    ['an empty host', '1.1', 'Host: \r\n'],
    ['a host of two words', '1.1', 'Host: two words\r\n'],
    ['half an address for a host', '1.1', 'Host: [::1\r\n'],
    ['no host, as HTTP/1.0 allows', '1.0', ''],
  ];
  for (const [title, version, host] of hosts) {
    promise(`answers a request with ${title}`, async () => {
      const asked = { method: 'POST', path: '/graphql', body: JSON.stringify({ query: '{ __typename }' }) };
      expect(await raw(bed.gateway.origin, version, host, asked)).toEqual({ status: 200, body: { data: { __typename: 'Query' } } });
      const inUrl = { method: 'GET', path: '/graphql?query=%7B__typename%7D', body: '' };
      expect(await raw(bed.gateway.origin, version, host, inUrl)).toEqual({ status: 200, body: { data: { __typename: 'Query' } } });
    });
  }
});

/** Sends a request with this line for a host, or with none, as no client library would. */
async function raw(origin: string, version: string, host: string, asked: { method: string; path: string; body: string }) {
  const socket = connect(Number(new URL(origin).port), '127.0.0.1');
  await once(socket, 'connect');
  const head = [
    `${asked.method} ${asked.path} HTTP/${version}`,
    `authorization: Bearer ${OPERATOR_TOKEN}`,
    'content-type: application/json',
    'accept: application/json',
    'connection: close',
    `content-length: ${Buffer.byteLength(asked.body)}`,
  ];
  socket.write(`${head.join('\r\n')}\r\n${host}\r\n${asked.body}`);
  const answer = await text(socket);
  return { status: Number(answer.split(' ')[1]), body: JSON.parse(answer.slice(answer.indexOf('\r\n\r\n'))) as unknown };
}
