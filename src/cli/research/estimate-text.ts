import { amountsText } from './amounts';
import type { EstimateView } from './queries';

/** What a run will take, before anybody says yes. */
export function estimateText(symbol: string, estimate: EstimateView): string {
  const { mode, sections, expectedTokens, expectedSeconds, expected, ceiling, balanceOk, warnings } = estimate;
  return [
    `Research of ${symbol.toUpperCase()}, ${mode}: ${sections} sections, about ${expectedTokens.toLocaleString('en-US')} tokens, about ${duration(expectedSeconds)}`,
    `  expected   ${amountsText(expected)}`,
    `  at most    ${amountsText(ceiling)}`,
    ...(balanceOk ? [] : ['  The balance may not be enough.']),
    ...warnings.map(({ message }) => `  ! ${message}`),
  ].join('\n');
}

/** `40 s`, `2 min`. */
function duration(seconds: number): string {
  return seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
}
