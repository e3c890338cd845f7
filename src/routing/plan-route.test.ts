import { aCatalog, aChannel, aModel, aPrice, aRoute } from '../../test/support/catalog-builders';
import { Fault } from '../kernel/fault';
import { NO_POLICIES } from '../keys/key-policies';
import { type PlanningKey, planRoute, reachableModels } from './plan-route';

const catalog = aCatalog({
  models: [aModel('both'), aModel('cheap'), aModel('direct'), aModel('bare')],
  channels: [aChannel('a'), aChannel('b')],
  routes: [
    aRoute('both', 'ORDINARY', ['a', { channelId: 'b', upstreamModel: 'other', price: aPrice({ id: 'own' }) }]),
    aRoute('both', 'OFFICIAL', ['b']),
    aRoute('cheap', 'ORDINARY', ['a']),
    aRoute('direct', 'OFFICIAL', ['b']),
  ],
});
const key = (overrides: Partial<PlanningKey> = {}): PlanningKey => ({
  routePolicy: 'ORDINARY_ONLY',
  crossBucketFallback: false,
  allowedModels: null,
  policies: NO_POLICIES,
  ...overrides,
});
const codeOf = (plan: () => unknown): string => {
  try {
    plan();
  } catch (error) {
    if (error instanceof Fault) return error.code;
  }
  return 'planned';
};

describe('a plan', () => {
  it('lists the primary and its backups in order, each with its own model and price', () => {
    const { first } = planRoute(catalog, key(), 'both', null);
    expect(first.steps.map((step) => [step.channel.id, step.role, step.upstreamModel, step.price.id])).toEqual([
      ['a', 'PRIMARY', 'both', 'both:ORDINARY#1'],
      ['b', 'BACKUP', 'other', 'own'],
    ]);
  });

  it.each([
    ['ORDINARY_ONLY', 'RMB'],
    ['OFFICIAL_ONLY', 'CREDIT'],
    ['ORDINARY_FIRST', 'RMB'],
    ['OFFICIAL_FIRST', 'CREDIT'],
  ] as const)('of a key with %s pays from %s and says why', (routePolicy, bucket) => {
    const { first } = planRoute(catalog, key({ routePolicy }), 'both', null);
    expect(first.bucket).toBe(bucket);
    expect(first.bucketReason).toContain(routePolicy);
    expect(first.bucketReason).toContain(bucket);
  });

  it('crosses to the other bucket only with the consent of the key', () => {
    expect(planRoute(catalog, key({ routePolicy: 'ORDINARY_FIRST' }), 'both', null).fallback).toBeNull();
    const consenting = key({ routePolicy: 'ORDINARY_FIRST', crossBucketFallback: true });
    expect(planRoute(catalog, consenting, 'both', null).fallback?.bucket).toBe('CREDIT');
    expect(planRoute(catalog, key({ crossBucketFallback: true }), 'both', null).fallback).toBeNull();
  });

  it('is narrowed by the request, and never widened', () => {
    const first = key({ routePolicy: 'ORDINARY_FIRST', crossBucketFallback: true });
    expect(planRoute(catalog, first, 'both', 'OFFICIAL').first.bucket).toBe('CREDIT');
    expect(planRoute(catalog, first, 'both', 'OFFICIAL').fallback).toBeNull();
    expect(codeOf(() => planRoute(catalog, key(), 'both', 'OFFICIAL'))).toBe('route_not_allowed');
  });

  it('is refused with the code that names what to change', () => {
    expect(codeOf(() => planRoute(catalog, key(), 'nothing', null))).toBe('model_not_found');
    expect(codeOf(() => planRoute(catalog, key(), 'bare', null))).toBe('model_not_found');
    expect(codeOf(() => planRoute(catalog, key({ allowedModels: ['cheap'] }), 'both', null))).toBe('model_not_allowed');
    expect(codeOf(() => planRoute(catalog, key(), 'direct', null))).toBe('route_not_allowed');
  });

  it('is refused for its route with the words of what narrowed it: the policy of the key, or the header', () => {
    expect(() => planRoute(catalog, key(), 'direct', null)).toThrow(/only an OFFICIAL route, and the policy of this key is ORDINARY_ONLY/);
    const both = key({ routePolicy: 'ORDINARY_FIRST' });
    expect(() => planRoute(catalog, both, 'direct', 'ORDINARY')).toThrow(/only an OFFICIAL route, and x-forge-route asks for ORDINARY/);
  });

  it('lists to a key only the models that it can call', () => {
    expect(reachableModels(catalog, key()).map((model) => model.id)).toEqual(['both', 'cheap']);
    expect(reachableModels(catalog, key({ routePolicy: 'OFFICIAL_ONLY', allowedModels: ['both', 'cheap'] })).map((m) => m.id)).toEqual([
      'both',
    ]);
  });
});
