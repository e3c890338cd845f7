/** The closed vocabularies of the product as enums of the graph. */

import { registerEnumType } from 'type-graphql';
import { ALERT_METRICS, DELIVERY_MEANS, DELIVERY_STATES } from '../../alerts/alert';
import * as words from '../../kernel/words';
import { ACCOUNT_ROLES } from '../../keys/management-token';
import { MARGIN_GROUPS } from '../../ledger/money-facts';
import { AUDIT_ACTORS, AUDIT_OUTCOMES } from '../../ledger/mutation-log';
import { REDEMPTION_STATES } from '../../ledger/redemption/redeem';
import { USAGE_GROUPS, USAGE_INTERVALS } from '../../ledger/usage-report';
import { BREAKER_STATES } from '../../routing/health/breaker';
import { HEALTH_WORDS } from '../../routing/health/health-report';
import { MEANINGS } from './enum-meanings';

type MeaningsOf<W extends string> = { [word in W]: { description?: string } };
type EnumOf<W extends string> = { readonly [word in W]: word };

function enumOf<W extends string>(name: string, values: readonly W[], description: string): EnumOf<W> {
  const members = Object.fromEntries(values.map((word) => [word, word])) as EnumOf<W>;
  const valuesConfig = Object.fromEntries(values.map((word) => [word, { description: MEANINGS[name]?.[word] }])) as MeaningsOf<W>;
  registerEnumType(members, { name, description, valuesConfig });
  return members;
}

export const RouteTypeEnum = enumOf(
  'RouteType',
  words.ROUTE_TYPES,
  'Which product surface a route belongs to. It alone decides the bucket: ORDINARY pays from RMB, OFFICIAL from CREDIT.',
);
export const BucketEnum = enumOf('Bucket', words.BUCKETS, 'The two balances of an account. They never mix.');
export const CurrencyEnum = enumOf('Currency', words.CURRENCIES, 'The currency of a bucket: RMB counts in CNY, CREDIT in USD.');
export const RoutePolicyEnum = enumOf('RoutePolicy', words.ROUTE_POLICIES, 'What a key does when a model has routes of both types.');
export const KeyStatusEnum = enumOf(
  'KeyStatus',
  ['ACTIVE', 'PAUSED', 'REVOKED', 'EXPIRED'],
  'ACTIVE may call. PAUSED can be resumed. REVOKED never works again. EXPIRED: the time of expiry has passed.',
);
export const ChannelStatusEnum = enumOf(
  'ChannelStatus',
  ['ENABLED', 'DISABLED'],
  'What the operator set: a disabled channel is passed over.',
);
export const ChannelHealthEnum = enumOf(
  'ChannelHealth',
  HEALTH_WORDS,
  'How a channel is now. OPEN: it is passed over, unless nothing else is left. DEGRADED: it is used, or probed, and something stands against it.',
);
export const BreakerStateEnum = enumOf(
  'BreakerState',
  BREAKER_STATES,
  'CLOSED: every call goes. OPEN: none does until its time has passed. HALF_OPEN: a few calls go as probes, and decide.',
);
export const ChannelRoleEnum = enumOf(
  'ChannelRole',
  words.CHANNEL_ROLES,
  'PRIMARY: the first channel of a route, and those that share its priority. BACKUP: each one after them.',
);
export const RequestStatusEnum = enumOf(
  'RequestStatus',
  words.REQUEST_STATUSES,
  'How a request stands. ABANDONED: the gateway itself stopped before the request could end.',
);
export const StopReasonEnum = enumOf(
  'StopReason',
  words.STOP_REASONS,
  'Why the answer ended; each reason has one written charging policy. BUDGET: cut because its output went far beyond its hold. REFUSED: by the gateway itself, before anything was sent. GATEWAY_CRASH: the process died and another one settled or released the hold. GATEWAY_STOPPED: cut when the drain ended.',
);
export const AttemptStatusEnum = enumOf(
  'AttemptStatus',
  words.ATTEMPT_STATUSES,
  'SKIPPED: a step whose turn came and that was passed over. Steps after the request has ended leave no row.',
);
export const UsageSourceEnum = enumOf(
  'UsageSource',
  words.USAGE_SOURCES,
  "Where the token counts came from: the provider's own, counted here because the provider sent none, the least that is certain after a break, or nothing was used.",
);
export const HoldStateEnum = enumOf(
  'HoldState',
  words.HOLD_STATES,
  'OPEN: money is reserved. SETTLED: the request was charged from it. RELEASED: given back, also for a process that died. EXPIRED is not in use.',
);
export const EntryKindEnum = enumOf('EntryKind', words.ENTRY_KINDS, 'What moved the money.');
export const AccountRoleEnum = enumOf(
  'AccountRole',
  ACCOUNT_ROLES,
  'OWNER: everything of the account. MEMBER: reads all of it and manages keys, but neither money nor people.',
);
export const AuditActorEnum = enumOf('AuditActor', AUDIT_ACTORS, 'Whose token or key a mutation was sent with.');
export const AuditOutcomeEnum = enumOf(
  'AuditOutcome',
  AUDIT_OUTCOMES,
  'DONE: as its after says. REFUSED: nothing was changed. BEGUN: whether it was done is not known, because something broke or the process ended meanwhile.',
);
export const RunStatusEnum = enumOf(
  'RunStatus',
  words.RUN_STATUSES,
  'How a run stands. PAUSED: it goes on when what its reason names is done.',
);
export const ResearchModeEnum = enumOf(
  'ResearchMode',
  words.RESEARCH_MODES,
  'QUICK: market snapshot, technical view, summary. STANDARD adds fundamentals and news. DEEP adds bull case, bear case, debate, risk review and synthesis.',
);
export const SectionStatusEnum = enumOf(
  'SectionStatus',
  words.SECTION_STATUSES,
  'How a section stands. RETRYING: a try failed, and another one follows. SKIPPED: one that it reads could not be written, or the run was cancelled.',
);
export const SpendWindowEnum = enumOf('SpendWindow', words.SPEND_WINDOWS, 'The time over which spending is added up.');
export const MarginGroupEnum = enumOf(
  'MarginGroup',
  MARGIN_GROUPS,
  'What requests are put together by. CHANNEL: by the channel of the last try; a cost counts for its own channel.',
);
export const RedemptionStateEnum = enumOf('RedemptionState', REDEMPTION_STATES, 'How a redemption code stands. OPEN: it can be redeemed.');
export const UsageGroupEnum = enumOf(
  'UsageGroup',
  USAGE_GROUPS,
  'What requests are put together by. MODEL: as the client named it. CHANNEL: the channel of the last try.',
);
export const UsageIntervalEnum = enumOf('UsageInterval', USAGE_INTERVALS, 'Hours, days and months of the calendar in UTC.');
export const AlertMetricEnum = enumOf(
  'AlertMetric',
  ALERT_METRICS,
  'What a rule watches: a balance, what was charged or used in a window, or a share of the requests of the last hour.',
);
export const DeliveryMeansEnum = enumOf('DeliveryMeans', DELIVERY_MEANS, 'How an alert reaches somebody.');
export const DeliveryStateEnum = enumOf(
  'DeliveryState',
  DELIVERY_STATES,
  'PENDING: it will be tried, or tried again. FAILED: every try was used up, or there is nowhere to send it any more.',
);
