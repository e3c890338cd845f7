/** Reads Anthropic's usage, whose input leaves out what was read from a cache or written to it. */
import { providerUsage, tokenCount, type Usage } from '../../metering/usage';
import { isRecord, recordOf } from '../json';

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

/** A later usage of a stream with an earlier one: counts only grow, and what the later one does not say stands. */
export function mergedUsage(before: unknown, after: unknown): Readonly<Record<string, unknown>> {
  const merged: Record<string, unknown> = { ...recordOf(before) };
  for (const [name, value] of Object.entries(recordOf(after))) {
    if (value === undefined || value === null) continue;
    const known = merged[name];
    merged[name] = typeof known === 'number' && typeof value === 'number' ? Math.max(known, value) : value;
  }
  return merged;
}
