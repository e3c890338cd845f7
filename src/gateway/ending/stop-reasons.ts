/**
 * The charging policy, one table: how a request ends, what it is charged for, and why not. `usage`: what the whole answer
 * used; `delivered`: input and the output that reached the client; `nothing`: zero. Without delivered output the first
 * two charge nothing either, but for an answer that was completed.
 */
import type { FaultCode } from '../../kernel/fault-codes';
import type { RequestStatus, StopReason } from '../../kernel/words';

export interface StopRule {
  readonly status: Exclude<RequestStatus, 'IN_FLIGHT'>;
  readonly charges: 'usage' | 'delivered' | 'nothing';
  /** What the client is told; null when there is nobody to tell or nothing went wrong. */
  readonly fault: FaultCode | null;
  /** Why the charge is zero when this policy makes it so. */
  readonly noChargeReason: string;
}

/** Why the charge is zero of an answer that broke off after some of it was delivered, or was read to its end for nobody. */
export const PRICELESS = 'What was delivered used nothing that has a price.';

export const STOP_RULES: Readonly<Record<StopReason, StopRule>> = {
  COMPLETED: {
    status: 'SUCCEEDED',
    charges: 'usage',
    fault: null,
    noChargeReason: 'The answer used nothing that has a price.',
  },
  CLIENT_GONE: {
    status: 'CANCELLED',
    charges: 'delivered',
    fault: 'client_gone',
    noChargeReason: 'The client left before any output was delivered.',
  },
  UPSTREAM_ERROR: {
    status: 'FAILED',
    charges: 'delivered',
    fault: 'upstream_failed',
    noChargeReason: 'The providers failed before any output was delivered.',
  },
  UPSTREAM_TIMEOUT: {
    status: 'FAILED',
    charges: 'delivered',
    fault: 'upstream_timeout',
    noChargeReason: 'The providers did not answer in time, and no output was delivered.',
  },
  REJECTED: {
    status: 'FAILED',
    charges: 'nothing',
    fault: 'upstream_rejected',
    noChargeReason: 'The provider rejected the request: rejected requests are not charged.',
  },
  REFUSED: {
    status: 'FAILED',
    charges: 'nothing',
    fault: null,
    noChargeReason: 'The gateway refused the request before anything was sent.',
  },
  NO_CHANNEL: {
    status: 'FAILED',
    charges: 'nothing',
    fault: 'upstream_failed',
    noChargeReason: 'No channel of the route could be tried: nothing was sent.',
  },
  BUDGET: {
    status: 'FAILED',
    charges: 'delivered',
    fault: 'output_limit_reached',
    noChargeReason: 'The answer was cut at the limit before any output was delivered.',
  },
  GATEWAY_CRASH: {
    status: 'ABANDONED',
    charges: 'delivered',
    fault: 'gateway_crashed',
    noChargeReason: 'The gateway stopped before it had noted any delivered output.',
  },
  GATEWAY_STOPPED: {
    status: 'ABANDONED',
    charges: 'delivered',
    fault: 'gateway_stopping',
    noChargeReason: 'The gateway was stopped before any output was delivered.',
  },
};
