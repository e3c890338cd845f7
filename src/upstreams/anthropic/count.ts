import { tokenCount } from '../../metering/usage';
import type { JsonRecord } from '../json';
import type { Understood } from '../whole-answer';

/** A count of the tokens of a request: it used nothing itself. undefined: it is none. */
export function understoodCount({ input_tokens: count }: JsonRecord): Understood | undefined {
  if (tokenCount(count) === undefined) return undefined;
  return { reportedModel: null, usage: undefined, outputText: '' };
}
