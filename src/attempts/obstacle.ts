/** Why a step of a plan cannot be tried. */
import type { CatalogStore } from '../routing/catalog-store';
import type { PlanStep } from '../routing/plan-route';
import type { AskedOfUpstream, Operation, Upstreams } from './upstream';

/** Both stand on the record of the step that was passed over; the message is for users. */
export interface Obstacle {
  readonly code: string;
  readonly message: string;
}

/** As messages name what was asked for. */
export const OPERATION_NAMES: Readonly<Record<Operation, string>> = {
  chat: 'Chat completions',
  messages: 'Messages',
  'count-tokens': 'Counts of tokens',
  completions: 'Completions',
  embeddings: 'Embeddings',
  moderations: 'Moderations',
  responses: 'Responses',
  images: 'Images',
  speech: 'Speech',
  transcriptions: 'Transcriptions',
};

/** Why a step cannot be tried now; null: it can. */
export function obstacleOf(step: PlanStep, operation: Operation, upstreams: Upstreams): Obstacle | null {
  const { channel, passedOver } = step;
  if (passedOver !== undefined) return passedOver;
  if (!channel.enabled) return disabled(channel.id);
  if (!speaks(step, operation, upstreams)) {
    const message = `${OPERATION_NAMES[operation]} cannot run on a channel of protocol ${channel.protocol}.`;
    return { code: 'protocol_unsupported', message };
  }
  return null;
}

/** The same of a request; null: it can be tried, if the health of its channel lets it. */
export function obstacleTo(step: PlanStep, asked: Omit<AskedOfUpstream, 'upstreamModel'>, upstreams: Upstreams): Obstacle | null {
  return obstacleOf(step, asked.operation, upstreams) ?? lackOf(step, asked, upstreams);
}

/** What stands against a step whose channel was disabled since the request was planned; null: it was not. */
export function disabledSince({ channel: { id } }: PlanStep, catalog: Pick<CatalogStore, 'current'>): Obstacle | null {
  return catalog.current().channels.get(id)?.enabled === false ? disabled(id) : null;
}

function disabled(id: string): Obstacle {
  return { code: 'channel_disabled', message: `The channel "${id}" is disabled.` };
}

/** Whether the protocol of a step's channel has the operation at all. */
export function speaks({ channel }: PlanStep, operation: Operation, upstreams: Upstreams): boolean {
  const upstream = upstreams[channel.protocol];
  return upstream !== undefined && (upstream.operations?.has(operation) ?? operation === 'chat');
}

/** What of the request the protocol of a step's channel cannot carry; null: nothing. For steps without another obstacle. */
export function lackOf(
  { channel, upstreamModel }: PlanStep,
  { operation, body, stream }: Omit<AskedOfUpstream, 'upstreamModel'>,
  upstreams: Upstreams,
): Obstacle | null {
  const missing = upstreams[channel.protocol]?.cannot?.({ operation, body, stream, upstreamModel }) ?? null;
  if (missing === null) return null;
  return { code: 'feature_unsupported', message: `This request cannot run on a channel of protocol ${channel.protocol}: ${missing}` };
}
