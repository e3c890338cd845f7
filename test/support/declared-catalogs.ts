/** Declared catalogs for tests, from the few things that a test cares about. */
import type {
  DeclaredCatalog,
  DeclaredChannel,
  DeclaredCost,
  DeclaredPrice,
  DeclaredRoute,
  DeclaredStep,
} from '../../src/routing/declared-catalog';
import { aChannel, aModel, amount } from './catalog-builders';

export function aDeclaredPrice(input: string, output: string, overrides: Partial<DeclaredPrice> = {}): DeclaredPrice {
  return {
    input: amount(input),
    cachedInput: null,
    cacheWrite: null,
    output: amount(output),
    perRequest: null,
    multiplier: amount('1'),
    ...overrides,
  };
}

export function aDeclaredCost(input: string, output: string, overrides: Partial<DeclaredCost> = {}): DeclaredCost {
  const { multiplier: _multiplier, ...amounts } = aDeclaredPrice(input, output);
  return { ...amounts, currency: 'USD', ...overrides };
}

export function aDeclaredChannel(id: string, overrides: Partial<DeclaredChannel> = {}): DeclaredChannel {
  const { enabled, retired, ...declared } = aChannel(id, overrides);
  return declared;
}

export function aDeclaredStep(channelId: string, overrides: Partial<DeclaredStep> = {}): DeclaredStep {
  return { channelId, upstreamModel: 'm', maxAttempts: 1, price: null, cost: null, ...overrides };
}

export function aDeclaredRoute(overrides: Partial<DeclaredRoute> = {}): DeclaredRoute {
  return {
    id: 'm:ORDINARY',
    model: 'm',
    type: 'ORDINARY',
    price: aDeclaredPrice('0.80', '3.20'),
    steps: [aDeclaredStep('a', { maxAttempts: 2 }), aDeclaredStep('b', { price: aDeclaredPrice('1.00', '4.00') })],
    ...overrides,
  };
}

export function aDeclaredCatalog(overrides: Partial<DeclaredCatalog> = {}): DeclaredCatalog {
  return {
    channels: [aDeclaredChannel('a'), aDeclaredChannel('b')],
    models: [aModel('m')],
    routes: [aDeclaredRoute()],
    ...overrides,
  };
}
