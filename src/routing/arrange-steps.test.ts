import { aCatalog, aChannel, aModel, aRoute } from '../../test/support/catalog-builders';
import { NO_POLICIES } from '../keys/key-policies';
import { arrangeSteps, type Shared } from './arrange-steps';
import { type Plan, planRoute } from './plan-route';

const KEY = { routePolicy: 'ORDINARY_ONLY', crossBucketFallback: false, allowedModels: null, policies: NO_POLICIES } as const;
const CALLS = 4_000;

function planOf(steps: Parameters<typeof aRoute>[2]): Plan {
  const channels = ['a', 'b', 'c', 'd'].map((id) => aChannel(id));
  const catalog = aCatalog({ models: [aModel('m')], channels, routes: [aRoute('m', 'ORDINARY', steps)] });
  return planRoute(catalog, KEY, 'm', null).first;
}

const WEIGHTED = [
  { channelId: 'a', priority: 1, weight: 3 },
  { channelId: 'b', priority: 1 },
  { channelId: 'c', priority: 2 },
];
const orderOf = (plan: Plan) => plan.steps.map(({ channel }) => channel.id).join('');
const arranged = (plan: Plan, id: number | string, shared: Shared | null = null) => arrangeSteps(plan, `request-${id}`, shared);
const firsts = (plan: Plan, shared?: (id: number) => Shared) =>
  Array.from({ length: CALLS }, (_, id) => orderOf(arranged(plan, id, shared?.(id) ?? null)).charAt(0));
const share = (of: string, all: readonly string[]) => all.filter((each) => each === of).length / all.length;

describe('steps of one priority', () => {
  it('are all primary, and those after them backups', () => {
    const plan = planOf(WEIGHTED);
    expect(plan.steps.map(({ role }) => role)).toEqual(['PRIMARY', 'PRIMARY', 'BACKUP']);
    expect([plan.drawn, planOf(['a', 'b']).drawn]).toEqual([true, undefined]);
  });

  it('are drawn by their weights', () => {
    const drawn = firsts(planOf(WEIGHTED));
    expect(share('a', drawn)).toBeGreaterThan(0.72);
    expect(share('a', drawn)).toBeLessThan(0.78);
    expect(share('c', drawn)).toBe(0);
  });

  it('never lose or gain a step, and stay within their priority', () => {
    const plan = planOf([...WEIGHTED, { channelId: 'd', priority: 2 }]);
    for (let id = 0; id < 200; id += 1) expect(orderOf(arranged(plan, id))).toMatch(/^(ab|ba)(cd|dc)$/);
  });

  it('are drawn the same for the same request, and told', () => {
    const plan = planOf(WEIGHTED);
    expect(arranged(plan, 7)).toEqual(arranged(plan, 7));
    const [first] = arranged(plan, 7).steps;
    const at = first?.channel.id === 'a' ? '3 to 4' : '1 to 4';
    expect(arranged(plan, 7).bucketReason).toBe(
      `The key's policy is ORDINARY_ONLY. ORDINARY routes pay from RMB. Of 2 channels with one priority "${first?.channel.id}" was drawn, at ${at}.`,
    );
  });
});

describe('requests that share a prompt cache', () => {
  const shared = (value: string): Shared => ({ value, name: 'its API key' });

  it('keep to one channel, and others to theirs, by weight', () => {
    const plan = planOf(WEIGHTED);
    expect(new Set(Array.from({ length: 50 }, (_, id) => orderOf(arranged(plan, id, shared('key')))))).toHaveProperty('size', 1);
    const chosen = firsts(plan, (id) => shared(`key-${id}`));
    expect(share('a', chosen)).toBeGreaterThan(0.72);
    expect(share('a', chosen)).toBeLessThan(0.78);
    expect(arranged(plan, 1, shared('key')).bucketReason).toMatch(/comes first: its API key keeps to one\.$/);
  });

  it('move only when their own channel leaves', () => {
    const equal = (ids: string) => planOf([...ids].map((channelId) => ({ channelId, priority: 1 })));
    for (let id = 0; id < 500; id += 1) {
      const before = orderOf(arranged(equal('abcd'), 0, shared(`key-${id}`)));
      const after = orderOf(arranged(equal('abc'), 0, shared(`key-${id}`)));
      expect(after).toBe(before.replace('d', ''));
    }
  });
});
