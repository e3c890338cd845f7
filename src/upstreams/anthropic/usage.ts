/** Reads Anthropic's usage, whose input leaves out what was read from a cache or written to it. */

import { isRecord } from '../../kernel/record';
import { providerUsage, tokenCount, type Usage } from '../../metering/usage';
import { type JsonRecord, recordOf } from '../json';

/** The usage that a provider sent, or undefined when there is none that can be read. */
export function readMessageUsage(usage: unknown): Usage | undefined {
  if (!isRecord(usage)) return undefined;
  const { input_tokens: fresh, cache_read_input_tokens: read, cache_creation_input_tokens: written, output_tokens: output } = usage;
  const input = tokenCount(fresh);
  if (input === undefined) return undefined;
  // They are no part of the input beside them: with one that is no count, the input is not known.
  const cachedInput = tokenCount(read ?? 0);
  const cacheWrite = tokenCount(written ?? 0);
  if (cachedInput === undefined || cacheWrite === undefined) return undefined;
  const { thinking_tokens: reasoning } = recordOf(usage['output_tokens_details']);
  return providerUsage({ input: input + cachedInput + cacheWrite, cachedInput, cacheWrite, output, reasoning });
}

const INPUT = ['input_tokens', 'cache_read_input_tokens', 'cache_creation_input_tokens'] as const;

/**
 * A later usage of a stream with an earlier one: counts only grow, and what the later one does not say stands. Input is told by its three
 * counts together: some providers guess it all as fresh at first, and say at the end how much of it was cached.
 */
export function mergedUsage(before: unknown, after: unknown): JsonRecord {
  const [earlier, later] = [recordOf(before), recordOf(after)];
  const merged: Record<string, unknown> = { ...earlier };
  for (const [name, value] of Object.entries(later)) merged[name] = grown(merged[name], value);
  return { ...merged, ...largerInput(earlier, later) };
}

function grown(known: unknown, told: unknown): unknown {
  if (told === undefined || told === null) return known;
  return typeof known === 'number' && typeof told === 'number' ? Math.max(known, told) : told;
}

/** The three counts of the one that tells more, of the later one when they are equal; nothing where one of them tells none. */
function largerInput(earlier: JsonRecord, later: JsonRecord): JsonRecord {
  const [known, told] = [inputIn(earlier), inputIn(later)];
  if (known === undefined || told === undefined) return {};
  const larger = told >= known ? later : earlier;
  return Object.fromEntries(INPUT.map((name) => [name, larger[name]]));
}

/** All input that a usage tells; undefined: it tells none, or none that can be read. */
function inputIn(usage: JsonRecord): number | undefined {
  const [fresh, read, written] = INPUT.map((name) => usage[name]);
  const counts = [fresh, read ?? 0, written ?? 0].map(tokenCount);
  let sum = 0;
  for (const count of counts) {
    if (count === undefined) return undefined;
    sum += count;
  }
  return sum;
}
