/** Why a step of a plan cannot be tried. */
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
  if (!channel.enabled) return { code: 'channel_disabled', message: `The channel "${channel.id}" is disabled.` };
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
