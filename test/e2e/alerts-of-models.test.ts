/** Rules that are about one model, and about requests that were tried again or took too long. */
import { eventually } from '../support/eventually';
import { graph, postChat } from '../support/forge-client';
import { onEachDatabase } from '../support/on-each-database';
import { HI, secretOf, tokenOf } from '../support/shop-catalog';

interface Told {
  readonly message: string;
  readonly receipt: { readonly id: string } | null;
}

const RULE = 'id model slowerThanMs minimumRequests metric';

onEachDatabase('alerts of models', (bed, promise) => {
  const ask = <T>(query: string, variables: object = {}, token = tokenOf('acme')) => graph<T>(bed.gateway.origin, token, query, variables);

  const create = async (input: object) => {
    const query = `mutation($i: CreateAlertRuleInput!) { made: createAlertRule(input: $i) { ${RULE} } }`;
    return (await ask<{ made: { readonly id: string } }>(query, { i: { name: 'Mine', ...input } })).made;
  };

  const told = ({ id }: { readonly id: string }) =>
    eventually(async () => {
      const query = 'query($r: ID) { alerts(ruleId: $r) { nodes { message receipt { id } } } }';
      const [alert] = (await ask<{ alerts: { nodes: Told[] } }>(query, { r: id })).alerts.nodes;
      if (alert === undefined) throw new Error('nothing was told yet');
      return alert;
    });

  const call = async (model: string, secret = secretOf('chat')) => {
    const answer = await postChat(bed.gateway.origin, secret, { model, messages: HI });
    await answer.text();
    return answer.headers.get('x-request-id');
  };

  promise('tell of requests that were tried again, and of slow ones, by their share of those for the model', async () => {
    const rates = { model: 'stubborn', threshold: '0.5', minimumRequests: 2 };
    const retried = await create({ ...rates, metric: 'RETRY_RATE' });
    const slow = await create({ ...rates, metric: 'SLOW_RATE', slowerThanMs: 1 });
    expect(slow).toMatchObject({ model: 'stubborn', slowerThanMs: 1, minimumRequests: 2 });
    await call('small');
    await call('stubborn');
    bed.a.next({ status: 500, delayMs: 20 });
    const last = await call('stubborn');
    const again = await told(retried);
    expect(again).toMatchObject({ receipt: { id: last } });
    expect(again.message).toBe(
      'Mine: 50 % of 2 requests for the model stubborn were tried again on a channel within the last hour: the threshold is 50 %. Account: acme.',
    );
    expect((await told(slow)).message).toMatch(/of 2 requests for the model stubborn took longer than 1 ms within the last hour/);
  });

  promise('tell what was spent on a model under the name that requests give it, an alias as well', async () => {
    const key = 'mutation { made: createApiKey(input: { name: "aliased", modelAliases: [{ alias: "mine", model: "small" }] }) { secret } }';
    const { secret } = (await ask<{ made: { secret: string } }>(key)).made;
    const spent = await create({ metric: 'SPEND', bucket: 'RMB', window: 'DAY', threshold: '0.00001', model: 'mine' });
    const used = await create({ metric: 'TOKENS', window: 'DAY', threshold: '1', model: 'mine' });
    await call('small');
    const id = await call('mine', secret);
    expect(await told(spent)).toMatchObject({
      message: expect.stringContaining('of RMB were spent today for the model mine:'),
      receipt: { id },
    });
    expect(await told(used)).toMatchObject({
      message: expect.stringContaining('tokens were used today for the model mine:'),
      receipt: { id },
    });
  });

  promise('are not made of a model that nobody can call, of two things at once, or without what is slow', async () => {
    const rate = { metric: 'SLOW_RATE', threshold: '0.5', slowerThanMs: 1_000 };
    const refusals: [object, RegExp][] = [
      [{ ...rate, model: 'smal' }, /There is no model \\"smal\\"/],
      [{ ...rate, model: 'small', apiKeyId: 'chat' }, /model cannot stand beside apiKeyId/],
      [{ metric: 'BALANCE', bucket: 'RMB', threshold: '1', model: 'small' }, /BALANCE is of the whole account: leave out model/],
      [{ ...rate, slowerThanMs: null }, /slowerThanMs is needed for SLOW_RATE/],
      [{ ...rate, slowerThanMs: 0 }, /slowerThanMs must be 1 or more/],
      [{ ...rate, metric: 'RETRY_RATE' }, /slowerThanMs is not for RETRY_RATE/],
      [{ ...rate, threshold: '2' }, /threshold is a share of the requests/],
    ];
    for (const [input, problem] of refusals) await expect(create(input)).rejects.toThrow(problem);
  });
});
