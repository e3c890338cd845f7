import type { Usage } from '../metering/usage';

/**
 * Which of two usages of one answer stands: the one with more tokens, the later one when they are equal. Counts of a
 * stream only grow; a later one that is smaller is a mistake or a part, and never lowers what was said before.
 */
export function largerUsage(before: Usage | undefined, after: Usage): Usage {
  return before === undefined || totalOf(after) >= totalOf(before) ? after : before;
}

function totalOf(usage: Usage): number {
  return usage.inputTokens + usage.outputTokens;
}
