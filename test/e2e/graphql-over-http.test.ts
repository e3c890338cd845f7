/** The GraphQL-over-HTTP specification, by the suite of its reference implementation. */
import { type Audit, serverAudits } from 'graphql-http';
import { OPERATOR_TOKEN } from '../support/gateway-process';
import { onEachDatabase } from '../support/on-each-database';

/** Audits that do not apply, each with the reason. */
const SAFE_FROM_FORGERY = 'GET without a header that only a page of ours could send is refused: protection against forged requests';
const DOES_NOT_APPLY: Readonly<Record<string, string>> = {
  '5A70': SAFE_FROM_FORGERY,
  D6D5: SAFE_FROM_FORGERY,
  '6A70': SAFE_FROM_FORGERY,
};

const audits: readonly Audit[] = serverAudits({ url: 'http://replaced' });

onEachDatabase('GraphQL over HTTP', (bed, promise) => {
  const run = async (id: string) => {
    const authorised: typeof fetch = (input, init) =>
      fetch(input, { ...init, headers: { ...Object.fromEntries(new Headers(init?.headers)), authorization: `Bearer ${OPERATOR_TOKEN}` } });
    const audit = serverAudits({ url: `${bed.gateway.origin}/graphql`, fetchFn: authorised }).find((each) => each.id === id);
    const result = await audit?.fn();
    const body = result !== undefined && 'response' in result ? await result.response.text().catch(() => '') : '';
    return result === undefined ? 'missing' : result.status === 'ok' ? 'ok' : `${result.status}: ${result.reason} ${body}`;
  };

  for (const { id, name } of audits) {
    if (id in DOES_NOT_APPLY) continue;
    promise(`${id} ${name}`, async () => {
      expect(await run(id)).toBe('ok');
    });
  }
});
