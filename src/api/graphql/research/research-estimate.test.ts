import type { Estimate } from '../../../research/run';
import { viewEstimate } from './research-estimate.type';

it('an estimate can be read whatever finished runs are said to have taken: a provider may count tokens by the billion', () => {
  const estimate: Estimate = {
    ...{ mode: 'QUICK', sections: 3, expected: [], ceiling: [], expectedTokens: 3_000_000_000, expectedSeconds: 1 },
    ...{ balanceOk: true, warnings: [] },
  };
  expect(viewEstimate(estimate).expectedTokens).toBe(2_147_483_647);
});
