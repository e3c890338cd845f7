/** Rules of alerts that are corrected while they are watched. */
import { eventually } from '../support/eventually';
import { graph, graphAnswer } from '../support/forge-client';
import { OPERATOR_TOKEN } from '../support/gateway-process';
import { onEachDatabase } from '../support/on-each-database';
import { secretOf, tokenOf } from '../support/shop-catalog';

interface RuleJson {
  readonly id: string;
  readonly name: string;
  readonly threshold: string;
  readonly firing: boolean;
}

const RULE = 'id name metric bucket threshold minimumRequests slowerThanMs emails enabled firing';
const UPDATE = `mutation($id: ID!, $i: UpdateAlertRuleInput!) { rule: updateAlertRule(id: $id, input: $i) { ${RULE} } }`;
const LOW = { name: 'Low', metric: 'BALANCE', bucket: 'RMB', threshold: '1000000' };

onEachDatabase('a rule of alerts that is corrected', (bed, promise) => {
  const ask = <T>(query: string, variables: object = {}, token = tokenOf('acme')) => graph<T>(bed.gateway.origin, token, query, variables);
  const create = async (input: object) => {
    const query = `mutation($i: CreateAlertRuleInput!) { rule: createAlertRule(input: $i) { ${RULE} } }`;
    return (await ask<{ rule: RuleJson }>(query, { i: input })).rule;
  };
  const update = async (id: string, input: object, token?: string) => (await ask<{ rule: RuleJson }>(UPDATE, { id, i: input }, token)).rule;
  const messages = async (ruleId: string) => {
    const query = 'query($r: ID) { alerts(ruleId: $r) { nodes { message } } }';
    return (await ask<{ alerts: { nodes: { message: string }[] } }>(query, { r: ruleId })).alerts.nodes.map(({ message }) => message);
  };

  promise('stays told under another name, and is told anew by another threshold', async () => {
    const rule = await create(LOW);
    await eventually(async () => expect(await messages(rule.id)).toHaveLength(1));
    const named = await update(rule.id, { name: 'Nearly empty', threshold: '1000000' });
    expect(named).toEqual({ ...rule, name: 'Nearly empty', firing: true });
    expect(await update(rule.id, { threshold: '2000000' }, OPERATOR_TOKEN)).toEqual({ ...named, threshold: '2000000', firing: false });
    const told = await eventually(async () => {
      const found = await messages(rule.id);
      expect(found).toHaveLength(2);
      return found;
    });
    expect(told[0]).toMatch(/^Nearly empty: RMB has .* below 2000000 CNY/);
    expect(told[1]).toMatch(/^Low: RMB has .* below 1000000 CNY/);
  });

  promise('is what it was but for what is said, and shows in the log what it was before', async () => {
    const rule = await create({ name: 'Slow', metric: 'SLOW_RATE', threshold: '0.9', slowerThanMs: 60_000 });
    const changed = await update(rule.id, { name: null, minimumRequests: 5, slowerThanMs: 90_000 });
    expect(changed).toEqual({ ...rule, minimumRequests: 5, slowerThanMs: 90_000 });
    const { auditLog } = await ask<{ auditLog: { nodes: { action: string; before: string; after: string; target: string }[] } }>(
      '{ auditLog(first: 5) { nodes { action target before after } } }',
    );
    const [entry] = auditLog.nodes.filter(({ action, target }) => action === 'updateAlertRule' && target === rule.id);
    expect(JSON.parse(entry?.before ?? '{}')).toMatchObject({ minimumRequests: 20, slowerThanMs: 60_000 });
    expect(JSON.parse(entry?.after ?? '{}')).toMatchObject({ minimumRequests: 5, slowerThanMs: 90_000, threshold: '0.9' });
  });

  promise('is held to what a new one is, and is corrected by nobody but an owner and the operator', async () => {
    const { id } = await create({ ...LOW, threshold: '0.000000001' });
    await expect(update(id, { threshold: '0' })).rejects.toThrow(/threshold must be above zero/);
    await expect(update(id, { minimumRequests: 3 })).rejects.toThrow(/minimumRequests is not for BALANCE/);
    await expect(update(id, { emails: ['a@example.com'] })).rejects.toThrow(/emails needs a mail server/);
    await expect(update(id, { metric: 'SPEND' })).rejects.toThrow(/metric/);
    const made = 'mutation { made: createAccountToken(name: "member", role: MEMBER) { secret } }';
    const member = (await ask<{ made: { secret: string } }>(made)).made.secret;
    const codeFor = async (token: string, rule = id) =>
      (await graphAnswer(bed.gateway.origin, token, UPDATE, { id: rule, i: { name: 'Mine' } })).errors?.[0]?.extensions?.['code'];
    expect([await codeFor(member), await codeFor(secretOf('chat')), await codeFor(tokenOf('globex'))]).toEqual([
      'FORBIDDEN',
      'FORBIDDEN',
      'NOT_FOUND',
    ]);
    expect(await codeFor(OPERATOR_TOKEN, 'no-such-rule')).toBe('NOT_FOUND');
  });
});
