/** What an outcome is charged for: the provider's own count, or one made here and marked as such. */
import type { Outcome } from '../attempts/run-attempts';
import type { TokenCounter } from '../metering/token-counter';
import { NO_USAGE, type Usage } from '../metering/usage';
import type { ModelCall } from './endpoints/endpoint';
import { STOP_RULES } from './stop-reasons';

/**
 * The usage that the stop reason's policy charges. An explicit zero of the provider is a value. A count made here never
 * passes `inputBound`, the bound that the hold was made with.
 */
export function measureUsage(outcome: Outcome, call: ModelCall, inputBound: number, counter: TokenCounter): Usage {
  const { charges } = STOP_RULES[outcome.stopReason];
  const { facts } = outcome;
  if (facts === null || charges === 'nothing') return NO_USAGE;
  if (charges === 'delivered' && outcome.deliveredText === '') return NO_USAGE;
  if (facts.usage !== undefined)
    return outcome.answer === null ? atLeastDelivered(facts.usage, outcome.deliveredText, counter) : facts.usage;
  // An answer that ended, also one that was read to its end after the client had left, is counted whole.
  const ended = outcome.answer !== null;
  const output = ended ? facts.outputText : outcome.deliveredText;
  const inputTokens = countedInput(call, inputBound, counter);
  return {
    ...NO_USAGE,
    inputTokens,
    outputTokens: counter.count(output),
    source: ended ? 'COUNTED' : 'FLOOR',
    ...(facts.classes && { classes: facts.classes }),
  };
}

/** The input of a request as it is counted here where the provider does not. */
export function countedInput({ endpoint, body }: ModelCall, inputBound: number, counter: TokenCounter): number {
  return Math.min(endpoint.countInput(body.json, counter), inputBound);
}

/** Of an answer that broke off, the provider's count may be older than what was delivered after it. */
function atLeastDelivered(usage: Usage, delivered: string, counter: TokenCounter): Usage {
  const outputTokens = counter.count(delivered);
  return outputTokens > usage.outputTokens ? { ...usage, outputTokens, source: 'FLOOR' } : usage;
}
