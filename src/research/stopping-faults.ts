/** What the user does about a run that stopped, by the fault of the call that stopped it; then it can be resumed. */
import type { Fault } from '../kernel/fault';
import type { FaultCode } from '../kernel/fault-codes';

const FOR_GOOD = 'Start another run with another key: this one can only be cancelled.';
const HIGHER_BUDGET = 'Resume the run with a higher budget.';
/** A higher budget would only be refused again. */
const OTHER_LIMIT = 'Raise that limit, or wait until there is room again, then resume the run.';

const WAY_ON: Partial<Record<FaultCode, string>> = {
  insufficient_quota: 'Top up the balance, or wait for requests in flight that hold some of it, then resume the run.',
  account_suspended: 'Ask the operator to resume the account, then resume the run.',
  key_paused: 'Resume the key, then the run.',
  key_revoked: FOR_GOOD,
  key_expired: FOR_GOOD,
  invalid_api_key: FOR_GOOD,
  model_not_found: 'Put the model back into the catalog, then resume the run.',
  model_not_allowed: 'Allow the model to the key, then resume the run.',
  route_not_allowed: 'Change the route policy of the key, then resume the run.',
  price_ceiling: 'Raise the price ceiling of the key, then resume the run.',
  endpoint_not_supported: 'Choose a model with chat completions in the catalog, and start another run.',
};

/** undefined: it stops no run, because another try may help. */
export function wayOnAfter({ code, detail }: Fault): string | undefined {
  if (code === 'spend_limit_reached') return detail.limitOf === 'run' ? HIGHER_BUDGET : OTHER_LIMIT;
  return WAY_ON[code];
}
