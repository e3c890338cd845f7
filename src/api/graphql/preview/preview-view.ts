/** Previews in the shape of the graph. */
import { type PreviewedRequest, previewRoute, type RoutePreview } from '../../../gateway/preview-route';
import { invariant } from '../../../kernel/invariant';
import { nano } from '../../../kernel/money';
import type { ApiKey } from '../../../keys/api-key';
import { walletId } from '../../../ledger/wallet';
import { aliasReason } from '../../../routing/model-names';
import type { GraphContext } from '../context';
import { viewPrice } from '../routing/price-view';
import { viewSteps } from '../routing/route-view';
import type { CallableModelNode, RoutePreviewNode } from './route-preview.type';

/** What would happen to a request of this key, which the viewer must be allowed to see. */
export function previewFor(context: GraphContext, key: ApiKey, request: PreviewedRequest): Promise<RoutePreview> {
  const { catalog, sources, ledger, now } = context;
  const available = async (bucket: Parameters<typeof walletId>[1]) => {
    const wallet = await ledger.wallet(walletId(key.accountId, bucket));
    invariant(wallet !== null, 'whoever sees a key sees the wallets that it spends from');
    return nano(wallet.posted - wallet.held);
  };
  return previewRoute({ catalog, upstreams: sources.upstreams, health: sources.health, available, now }, key, request);
}

export function viewPreview(context: GraphContext, model: string, preview: RoutePreview): RoutePreviewNode {
  const { callable, reason, plan, hold, available, warnings } = preview;
  return {
    callable,
    reason,
    model,
    modelReason: aliasReason(model, plan?.model.id ?? null),
    ...routeOf(preview),
    bucketReason: plan?.bucketReason ?? null,
    steps: plan === null ? [] : viewSteps(context, plan.route),
    holdAmount: hold,
    availableBefore: available,
    availableAfter: hold === null || available === null ? null : available - hold,
    warnings: [...warnings],
  };
}

export function viewCallable(model: string, preview: RoutePreview): CallableModelNode {
  const { callable, reason, plan, warnings } = preview;
  const modelReason = aliasReason(model, plan?.model.id ?? null);
  const open = plan?.steps.filter(({ passedOver }) => passedOver === undefined) ?? [];
  return { model, modelReason, callable, reason, ...routeOf(preview), hasBackup: open.length > 1, warnings: [...warnings] };
}

function routeOf({ plan }: RoutePreview) {
  const primary = plan?.steps[0];
  return {
    routeType: plan?.routeType ?? null,
    bucket: plan?.bucket ?? null,
    price: primary === undefined ? null : viewPrice(primary.price),
  };
}
