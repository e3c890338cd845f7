/**
 * The order of steps that have one priority: drawn by weight for each request, or kept for those that share a prompt cache.
 * Both are one function of a text, so that a choice can be told again: the request id draws, what is shared keeps.
 */
import type { Plan, PlanStep } from './plan-route';
import { priorityAt } from './priorities';

/** What requests have in common that are to stay on one channel, and what that is called. */
export interface Shared {
  readonly value: string;
  /** As the end of "… keeps to one channel": `its prompt_cache_key`. */
  readonly name: string;
}

/** The column of the receipt that shows it. */
const REASON_MAX = 300;

/** The plan as it is for one request. Its first step is the one that was chosen; why is added to what the receipt shows. */
export function arrangeSteps(plan: Plan, requestId: string, shared: Shared | null): Plan {
  const seed = shared?.value ?? requestId;
  const steps: PlanStep[] = [];
  for (let from = 0; from < plan.steps.length; ) {
    const group = groupAt(plan.steps, from);
    steps.push(...(group.length === 1 ? group : inDrawnOrder(group, seed)));
    from += group.length;
  }
  const reason = `${plan.bucketReason} ${whyFirst(steps, groupAt(plan.steps, 0), shared)}`;
  return { ...plan, steps, bucketReason: reason.length > REASON_MAX ? plan.bucketReason : reason };
}

function groupAt(steps: readonly PlanStep[], from: number): readonly PlanStep[] {
  const first = steps[from];
  if (first === undefined) return [];
  const priority = priorityAt(first, from);
  let to = from + 1;
  for (let next = steps[to]; next !== undefined && priorityAt(next, to) === priority; next = steps[to]) to += 1;
  return steps.slice(from, to);
}

/**
 * Each step waits for a time that is drawn from the text and its own name, the shorter the heavier it is; the first to come is
 * first. So a step is first as often as its weight says, and one that leaves or comes moves no more texts than its share.
 */
function inDrawnOrder(group: readonly PlanStep[], seed: string): PlanStep[] {
  const waits = new Map(group.map((step, index) => [step, waitOf(step, `${seed}\n${step.channel.id}\n${step.upstreamModel}`, index)]));
  return [...group].sort((a, b) => (waits.get(a) ?? 0) - (waits.get(b) ?? 0));
}

function waitOf({ weight = 1 }: PlanStep, text: string, index: number): number {
  // Between 0 and 1, neither of them.
  const drawn = (hashOf(text) + 0.5) / 2 ** 32;
  return -Math.log(drawn) / weight + index * Number.EPSILON;
}

function whyFirst([chosen]: readonly PlanStep[], group: readonly PlanStep[], shared: Shared | null): string {
  if (chosen === undefined || group.length < 2) return 'Of backups with one priority one was drawn.';
  const among = `Of ${group.length} channels with one priority "${chosen.channel.id}"`;
  if (shared !== null) return `${among} comes first: ${shared.name} keeps to one.`;
  const all = group.reduce((sum, { weight = 1 }) => sum + weight, 0);
  return `${among} was drawn, at ${chosen.weight ?? 1} to ${all}.`;
}

/** FNV-1a with the last mixing of Murmur 3: 32 bits, the same everywhere, and texts that differ in their end differ in all bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
