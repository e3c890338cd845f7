/** What the client is told when a request did not end in an answer. */
import { failureClassOf, isModelDenied, mayPass } from '../../attempts/failure-classes';
import type { Outcome } from '../../attempts/run-attempts';
import { Fault } from '../../kernel/fault';
import type { Nano } from '../../kernel/money';
import { STOP_RULES } from './stop-reasons';

/**
 * null for an answer. Once money was charged, or where nothing could be tried, the fault tells SDKs not to try again by themselves.
 * @param retryAfterS before which no channel takes the request, where that is known; left out: one may do so at once
 */
export function faultOf(outcome: Outcome, charge: Nano, retryAfterS?: number): Fault | null {
  const { fault: code } = STOP_RULES[outcome.stopReason];
  if (code === null) return null;
  const { failure } = outcome;
  const detail = retryOf(outcome, charge);
  if (code === 'upstream_rejected' && failure?.status !== undefined && failure.status !== null) {
    const provider = { status: failure.status, code: failure.code, type: failure.type };
    const { param } = failure;
    const lacking = isModelDenied(failure) ? 'upstream_lacks_model' : code;
    return new Fault(lacking, failure.message, { ...detail, ...(param !== undefined && { param }), provider });
  }
  if (retryAfterS === undefined) return new Fault(code, messageOf(outcome), detail);
  const wait = `The providers say that their rate limits are reached: try again in ${retryAfterS} s.`;
  return new Fault(code, `${messageOf(outcome)} ${wait}`, { ...detail, retryAfterS });
}

/** Left out: as the table of faults says it. */
function retryOf({ stopReason, failure }: Outcome, charge: Nano): { readonly retry?: boolean } {
  if (charge > 0n || stopReason === 'NO_CHANNEL') return { retry: false };
  const passes = failure?.atFault === undefined && mayPass(failure?.status ?? null);
  return stopReason === 'REJECTED' && passes ? { retry: true } : {};
}

function messageOf(outcome: Outcome): string {
  switch (outcome.stopReason) {
    case 'NO_CHANNEL':
      return `No channel of ${outcome.plan.route.id} can take this request now: nothing was sent to any. ${obstaclesTo(outcome)}`;
    case 'UPSTREAM_TIMEOUT':
      if (outcome.overdue !== null) return outcome.overdue;
      return outcome.started
        ? 'The provider did not end its answer in time.'
        : `No channel of ${outcome.plan.route.id} answered in time (${triesOf(outcome)}).${ceilingOf(outcome)}`;
    case 'UPSTREAM_ERROR':
      return outcome.started
        ? brokenOff(outcome)
        : `No channel of ${outcome.plan.route.id} gave an answer (${triesOf(outcome)}).${ceilingOf(outcome)}`;
    case 'BUDGET':
      return 'The answer was cut: it went beyond what was reserved for it.';
    case 'GATEWAY_STOPPED':
      return 'The gateway is being stopped.';
    default:
      return 'The client left before the answer ended.';
  }
}

/** What speaks against the request is the client's to mend, also of an answer that had begun. */
function brokenOff({ failure }: Outcome): string {
  const blamesRequest = failure !== null && (failure.atFault === 'request' || failureClassOf(failure).stopReason === 'REJECTED');
  return blamesRequest
    ? `The provider ended its answer in the middle, for what the request asks: ${failure.message}`
    : 'The provider broke off in the middle of its answer.';
}

/** Each once: the steps of a protocol lack the same. */
function obstaclesTo({ attempts }: Outcome): string {
  return [...new Set(attempts.map(({ errorMessage }) => errorMessage))].join(' ');
}

/** A channel may have been tried more than once. */
function triesOf({ attempts }: Outcome): string {
  const tries = attempts.filter(({ status }) => status !== 'SKIPPED').length;
  return tries === 1 ? '1 attempt' : `${tries} attempts`;
}

/** Where the key let nothing more be tried, that is why. */
function ceilingOf({ attempts }: Outcome): string {
  const beyond = attempts.find(({ errorCode }) => errorCode === 'attempt_ceiling');
  return beyond === undefined ? '' : ` ${beyond.errorMessage}`;
}
