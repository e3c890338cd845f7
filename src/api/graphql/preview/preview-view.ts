/** Previews in the shape of the graph. */

import { obstacleOf } from '../../../attempts/obstacle';
import { ceilingsOn, type LimitsOf } from '../../../gateway/reading/spend-ceilings';
import { NOTHING } from '../../../gateway/views/key-standing';
import { type PreviewedRequest, previewRoute, type RoutePreview } from '../../../gateway/views/preview-route';
import { invariant } from '../../../kernel/invariant';
import { nano } from '../../../kernel/money';
import type { Bucket } from '../../../kernel/words';
import type { ApiKey } from '../../../keys/api-key';
import type { RateHolder } from '../../../keys/rate-holders';
import { type SpendRoom, tightestRoom } from '../../../ledger/spend-room';
import { walletId } from '../../../ledger/wallet';
import { aliasReason } from '../../../routing/model-names';
import type { Plan } from '../../../routing/plan-route';
import type { GraphContext } from '../context';
import { viewChannelOf } from '../routing/channel-view';
import { viewPrice } from '../routing/price-view';
import type { RouteChannelNode } from '../routing/route.type';
import { viewSteps } from '../routing/route-view';
import type { CallableModelNode, RoutePreviewNode } from './route-preview.type';

/** What would happen to a request of this key, which the viewer must be allowed to see. */
export function previewFor(context: GraphContext, key: ApiKey, request: PreviewedRequest): Promise<RoutePreview> {
  const { catalog, sources, ledger, keys, now } = context;
  const available = async (bucket: Bucket) => {
    const wallet = await ledger.wallet(walletId(key.accountId, bucket));
    invariant(wallet !== null, 'whoever sees a key sees the wallets that it spends from');
    return nano(wallet.posted - wallet.held);
  };
  const room = (bucket: Bucket) => roomOf(context, key, bucket);
  const { upstreams, health } = sources;
  const rates = (holder: RateHolder) => keys.rateLevels(holder);
  return previewRoute({ catalog, upstreams, health, available, room, rates, now }, key, request);
}

async function roomOf({ keys, now }: GraphContext, key: ApiKey, bucket: Bucket): Promise<SpendRoom | null> {
  const limits: LimitsOf[] = [{ scope: 'key', scopeId: key.id, limits: key.limits.spend }];
  const project = key.projectId === null ? null : await keys.project(key.projectId);
  if (project !== null) limits.push({ scope: 'project', scopeId: project.id, limits: project.spendLimits });
  const ceilings = ceilingsOn(bucket, now, limits);
  const wallet = walletId(key.accountId, bucket);
  const spend = async (counterId: string) => [counterId, await keys.spendOf({ counterId, walletId: wallet })] as const;
  const spends = new Map(await Promise.all(ceilings.map(({ counterId }) => spend(counterId))));
  return tightestRoom(ceilings, (counterId) => spends.get(counterId) ?? NOTHING);
}

export function viewPreview(context: GraphContext, model: string, preview: RoutePreview): RoutePreviewNode {
  const { callable, reason, plan, first, hold, available, warnings } = preview;
  return {
    callable,
    reason,
    model,
    modelReason: aliasReason(model, plan?.model.id ?? null),
    ...routeOf(preview),
    bucketReason: plan?.bucketReason ?? null,
    firstChannel: first === null ? null : viewChannelOf(context.catalog, first.channel.id, context.viewer.kind === 'operator'),
    steps: plan === null ? [] : stepsOf(context, plan),
    holdAmount: hold,
    availableBefore: available,
    availableAfter: hold === null || available === null ? null : available - hold,
    warnings: [...warnings],
  };
}

export function viewCallable({ sources: { upstreams } }: GraphContext, model: string, preview: RoutePreview): CallableModelNode {
  const { callable, reason, plan, warnings } = preview;
  const modelReason = aliasReason(model, plan?.model.id ?? null);
  const open = plan?.steps.filter((step) => obstacleOf(step, 'chat', upstreams) === null) ?? [];
  return { model, modelReason, callable, reason, ...routeOf(preview), hasBackup: open.length > 1, warnings: [...warnings] };
}

function routeOf({ plan, first }: RoutePreview) {
  return { routeType: plan?.routeType ?? null, bucket: plan?.bucket ?? null, price: first === null ? null : viewPrice(first.price) };
}

/** Each with the price that it would be charged at, its own or that of the route. */
function stepsOf(context: GraphContext, { route }: Plan): RouteChannelNode[] {
  const charged = { ...route, steps: route.steps.map((step) => ({ ...step, price: step.price ?? route.price })) };
  return viewSteps(context, charged);
}
