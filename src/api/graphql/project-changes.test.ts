import { ACME, CHAT, GLOBEX, type GraphWorld, graphWorld, OPERATOR } from '../../../test/support/graph-world';

let world: GraphWorld;

beforeEach(async () => {
  world = await graphWorld();
});

afterEach(() => world.app.close());

const CREATE = `mutation Make($name: String!, $limits: [SpendLimitInput!], $account: ID) {
  project: createProject(name: $name, spendLimits: $limits, accountId: $account) { id name spendLimits { amount } apiKeys { id } } }`;
const RENAME = 'mutation Name($id: ID!, $name: String!) { project: renameProject(projectId: $id, name: $name) { id name } }';

interface Shown {
  readonly id: string;
  readonly name: string;
}

const projectIn = (data: Record<string, unknown> | null) => data?.['project'] as Shown;

describe('a new project', () => {
  it('has its limits from the start, and takes keys of its account alone', async () => {
    const limits = [{ bucket: 'RMB', window: 'DAY', amount: '5' }];
    const { data, errors } = await world.ask(ACME, CREATE, { name: ' Crawlers ', limits });
    expect(errors).toEqual([]);
    const { id } = projectIn(data);
    expect(projectIn(data)).toEqual({ id, name: 'Crawlers', spendLimits: [{ amount: '5' }], apiKeys: [] });
    const key = 'mutation Key($id: ID) { createApiKey(input: { name: "k", projectId: $id }) { apiKey { project { name } } } }';
    expect((await world.ask(ACME, key, { id })).data).toEqual({ createApiKey: { apiKey: { project: { name: 'Crawlers' } } } });
    expect((await world.ask(GLOBEX, key, { id })).errors[0]?.extensions['code']).toBe('NOT_FOUND');
  });

  it('is made by the operator for an account that is named and that there is', async () => {
    const { data } = await world.ask(OPERATOR, CREATE, { name: 'Apps', account: 'acme' });
    expect(world.accounts.allProjects.get(projectIn(data).id)).toMatchObject({ accountId: 'acme', name: 'Apps' });
    const refused = async (token: string, account?: string) =>
      (await world.ask(token, CREATE, { name: 'n', account })).errors[0]?.extensions['code'];
    expect([await refused(OPERATOR), await refused(OPERATOR, 'nobody'), await refused(ACME, 'globex'), await refused(CHAT)]).toEqual([
      'BAD_USER_INPUT',
      'NOT_FOUND',
      'NOT_FOUND',
      'FORBIDDEN',
    ]);
  });

  it('is not made a second time under one name, and a repeat is told the first; another account may have that name', async () => {
    const { id } = projectIn((await world.ask(ACME, CREATE, { name: 'Crawlers' })).data);
    const again = (await world.ask(ACME, CREATE, { name: 'Crawlers ' })).errors[0];
    expect(again?.message).toContain(`name is that of the project "${id}" already`);
    expect((await world.ask(GLOBEX, CREATE, { name: 'Crawlers' })).errors).toEqual([]);
  });

  it('is refused with the field that is wrong', async () => {
    const limit = { bucket: 'RMB', window: 'DAY', amount: '0' };
    const param = async (variables: Record<string, unknown>) => (await world.ask(ACME, CREATE, variables)).errors[0]?.extensions['param'];
    expect([await param({ name: ' ' }), await param({ name: 'n', limits: [limit] })]).toEqual(['name', 'spendLimits[0].amount']);
    expect([...world.accounts.allProjects.values()].map(({ name }) => name)).not.toContain('n');
  });
});

describe('another name of a project', () => {
  it('is given by its owner and the operator, also the one that it has, and never that of another one', async () => {
    for (const token of [ACME, OPERATOR, ACME])
      expect(projectIn((await world.ask(token, RENAME, { id: 'bots', name: 'Robots' })).data)).toEqual({ id: 'bots', name: 'Robots' });
    const taken = (await world.ask(ACME, RENAME, { id: 'labs', name: 'Robots' })).errors[0];
    expect(taken?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', param: 'name' });
    expect(world.accounts.allProjects.get('labs')?.name).not.toBe('Robots');
  });

  it('is refused to everybody else', async () => {
    const code = async (token: string) => (await world.ask(token, RENAME, { id: 'bots', name: 'Mine' })).errors[0]?.extensions['code'];
    expect([await code(CHAT), await code(GLOBEX)]).toEqual(['FORBIDDEN', 'NOT_FOUND']);
  });
});
