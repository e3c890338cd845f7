import { GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';
import { Fault } from '../../../kernel/fault';
import { InvariantBroken } from '../../../kernel/invariant';
import type { AuditEntry } from '../../../ledger/mutation-log';
import type { GraphContext } from '../context';
import { withAuditLog } from './audit-mutations';
import { AUDITED, stateText } from './audited-states';

type Log = GraphContext['sources']['auditLog'];

/** One mutation of the graph with a change of the test's, and what was written of it. */
function world(change: () => unknown, broken: { readonly begin?: boolean; readonly end?: boolean } = {}, name = 'setChannelStatus') {
  const written: string[] = [];
  const write = (what: string, { outcome, faultCode }: Pick<AuditEntry, 'outcome' | 'faultCode'>, fails = false) => {
    if (fails) return Promise.reject(new Error('the disk is full'));
    written.push(`${what} ${outcome} ${faultCode}`);
    return Promise.resolve();
  };
  const auditLog: Log = {
    begin: (entry) => write('begin', entry, broken.begin),
    end: (entry) => write('end', entry, broken.end),
    page: async () => ({ items: [], hasNextPage: false }),
  };
  const catalog = { current: () => ({ channels: new Map([['a', { enabled: true }]]) }) };
  const log = { info: () => undefined, warn: () => undefined, error: () => void written.push('logged') };
  const context = { requestId: 'r', viewer: { kind: 'operator' }, sources: { auditLog, catalog, log, clock: { now: () => 1 } } };
  const resolve = () => {
    written.push('change');
    return change();
  };
  const mutation = new GraphQLObjectType({ name: 'Mutation', fields: { [name]: { type: GraphQLString, resolve } } });
  const query = new GraphQLObjectType({ name: 'Query', fields: { nothing: { type: GraphQLString } } });
  const schema = new GraphQLSchema({ query, mutation });
  const run = async () => {
    const field = withAuditLog(schema).getMutationType()?.getFields()[name];
    return field?.resolve?.(null, { id: 'a' }, context as unknown as GraphContext, {} as never);
  };
  return { written, run };
}

const failing = (error: Error) => () => {
  throw error;
};

describe('every mutation', () => {
  it('is written down before it begins, and again when it has ended', async () => {
    const { written, run } = world(() => 'done');
    expect(await run()).toBe('done');
    expect(written).toEqual(['begin BEGUN null', 'change', 'end DONE null']);
  });

  it('does not run where it cannot be written down', async () => {
    const { written, run } = world(() => 'done', { begin: true });
    await expect(run()).rejects.toThrow('the disk is full');
    expect(written).toEqual([]);
  });

  it('stands where only its end cannot be written down: the log then says that it began', async () => {
    const { written, run } = world(() => 'done', { end: true });
    expect(await run()).toBe('done');
    expect(written).toEqual(['begin BEGUN null', 'change', 'logged']);
  });

  it('was refused where it says so itself, and is in doubt where something broke', async () => {
    const refused = world(failing(new Fault('not_found', 'There is none.')));
    await expect(refused.run()).rejects.toThrow('There is none.');
    expect(refused.written.at(-1)).toBe('end REFUSED not_found');
    for (const error of [new Error('the answer was lost'), new Fault('temporarily_unavailable', 'Later.')]) {
      const broken = world(failing(error));
      await expect(broken.run()).rejects.toThrow(error.message);
      expect(broken.written.at(-1)).toMatch(/^end BEGUN (internal_error|temporarily_unavailable)$/);
    }
  });

  it('says what it changes, or the graph is not built', async () => {
    await expect(world(() => 'done', {}, 'somethingNew').run()).rejects.toThrow(InvariantBroken);
  });
});

it.each(['topUp', 'adjust', 'redeem'])(
  'of %s names the entry that it left: the balances alone tell nobody who moved what',
  async (name) => {
    const reader = { wallets: async () => [{ bucket: 'RMB', posted: 5n, held: 0n }] };
    const context = { viewer: { kind: 'operator' }, sources: { reader } } as unknown as GraphContext;
    const told = async (result: unknown) => {
      const standing = await AUDITED[name]?.read(context, 'acme', {}, result);
      return JSON.parse(standing ? stateText(standing) : 'null');
    };
    expect(await told(null)).toEqual({ RMB: { balance: '0.000000005', held: '0' } });
    expect(await told({ id: 'e1' })).toEqual({ RMB: { balance: '0.000000005', held: '0' }, entry: 'e1' });
  },
);
