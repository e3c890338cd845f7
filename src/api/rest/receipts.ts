/** `GET /v1/receipts/{id}`: the receipt as JSON, for the key that made the request. */
import type { FastifyInstance } from 'fastify';
import { loadReceipt, type ReceiptSources } from '../../gateway/views/load-receipt';
import { Fault } from '../../kernel/fault';
import { shown } from '../../kernel/shown';
import type { ChannelHealth } from '../../routing/health/channel-health';
import { reportOf } from '../../routing/health/health-report';
import { type CallerDeps, callerOf } from './caller';
import type { ById } from './own-run';
import { receiptJson } from './receipt-json';
import { type RunSources, runOfReceipt } from './run-of-receipt';

export interface ReceiptDeps extends CallerDeps {
  readonly sources: ReceiptSources & RunSources;
  readonly health: ChannelHealth;
}

export function registerReceipts(app: FastifyInstance, deps: ReceiptDeps): void {
  const { sources, health, clock } = deps;
  app.get<ById>('/v1/receipts/:id', async (request) => {
    const key = await callerOf(deps, request);
    const { id } = request.params;
    const receipt = await loadReceipt(sources, id, { apiKeyId: key.id });
    if (receipt === undefined) throw new Fault('not_found', `There is no receipt "${shown(id)}" of this key.`);
    const run = await runOfReceipt(sources, receipt.view.runId);
    return receiptJson(receipt, run, clock.now(), (channelId) => reportOf(health, channelId, clock).health);
  });
}
