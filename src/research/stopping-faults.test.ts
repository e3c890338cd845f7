import { amount } from '../../test/support/catalog-builders';
import { overLimit } from '../gateway/reading/spend-ceilings';
import { Fault } from '../kernel/fault';
import { type CounterScope, counterId } from '../ledger/spend-counter';
import { wayOnAfter } from './stopping-faults';

function limited(scope: CounterScope): Fault {
  const at = counterId({ scope, scopeId: 'x', bucket: 'RMB', window: 'DAY' }, Date.UTC(2026, 6, 4));
  return overLimit({ counterId: at, ceiling: amount('5'), spent: amount('4'), held: amount('0') }, amount('2'));
}

describe('the way on of a run that a call has stopped', () => {
  it('is a higher budget only where the budget of the run is what stopped it', () => {
    expect(wayOnAfter(limited('run'))).toContain('higher budget');
    for (const scope of ['key', 'project'] as const) {
      expect(wayOnAfter(limited(scope))).not.toContain('budget');
      expect(wayOnAfter(limited(scope))).toContain('Raise that limit');
    }
  });

  it('is to wait as well where requests in flight hold what is there', () => {
    for (const fault of [
      limited('key'),
      limited('project'),
      new Fault('insufficient_quota', 'The RMB balance does not cover this request.'),
    ]) {
      expect(wayOnAfter(fault)).toContain('or wait');
    }
  });

  it('is there for nothing that another try may help', () => {
    expect(wayOnAfter(new Fault('upstream_failed', 'No channel gave an answer.'))).toBeUndefined();
  });
});
