/** What ends the tries of a request before its plan does: how many there may be, and until when. Most requests have no such limits. */
import type { Clock } from '../kernel/clock';
import type { Obstacle } from './obstacle';
import type { UpstreamResult } from './upstream';

export interface Deadline {
  /** From receiving the request, in milliseconds. */
  readonly ms: number;
  /** Who set it, as messages name it: `this key`. */
  readonly by: string;
  /** On the monotonic clock. */
  readonly endsAt: number;
}

export interface AttemptLimits {
  /** Over all plans of the request; null: as many as they have. */
  readonly maxAttempts: number | null;
  readonly deadline: Deadline | null;
  /** Of the request until now, over all its plans; a secret that was refused is none. */
  tries: number;
}

/** With less time than this nothing is sent any more: it would be paid for, and answered too late. */
const LEAST_FOR_AN_ATTEMPT_MS = 50;

/** Why nothing more may be sent; null: it may. */
export function limitReached({ maxAttempts, deadline, tries }: AttemptLimits, clock: Pick<Clock, 'monotonic'>): Obstacle | null {
  if (deadline !== null && deadline.endsAt - clock.monotonic() < LEAST_FOR_AN_ATTEMPT_MS) {
    return { code: 'deadline', message: deadlineWords(deadline) };
  }
  if (maxAttempts === null || tries < maxAttempts) return null;
  return { code: 'attempt_ceiling', message: `This key lets one request be tried ${maxAttempts === 1 ? 'once' : `${maxAttempts} times`}.` };
}

export interface Standing {
  /**
   * Whether this process still counts among the living: others end what the dead held, and nobody pays for what is sent after that.
   * Left out: there are no others. Never rejects.
   */
  readonly isLiving?: () => Promise<boolean>;
}

const CUT_OFF: Obstacle = {
  code: 'gateway_cut_off',
  message: 'This gateway was silent for so long that another one may have ended the request: nothing more was sent for it.',
};

/** Why nothing more may be sent by a process that slept, or was cut off, since it sent the last attempt; null: it may. */
export async function cutOffNow({ isLiving }: Standing): Promise<Obstacle | null> {
  return isLiving === undefined || (await isLiving()) ? null : CUT_OFF;
}

function deadlineWords({ ms, by }: Deadline): string {
  return `The request must end within ${ms} ms, as ${by} says.`;
}

/** Calls `cut` when the deadline passes; the function that it gives takes that back. Without a deadline there is no timer. */
export function atDeadline(limits: AttemptLimits | null, clock: Pick<Clock, 'monotonic'>, cut: () => void): () => void {
  const deadline = limits?.deadline ?? null;
  if (deadline === null) return NOTHING;
  const timer = setTimeout(cut, Math.max(1, deadline.endsAt - clock.monotonic()));
  return () => clearTimeout(timer);
}

const NOTHING = () => undefined;

/** The result of an attempt that was cut at its deadline, in the words of that. An answer that had arrived by then stands. */
export function cutAtDeadline(result: UpstreamResult, { deadline }: AttemptLimits): UpstreamResult {
  if (result.ok || deadline === null) return result;
  return { ...result, failure: { ...result.failure, kind: 'cut', code: 'deadline', message: deadlineWords(deadline) } };
}
