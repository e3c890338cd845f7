/** `GET /v1/receipts/{id}`: the receipt as JSON, for the key that made the request. */
import type { FastifyInstance } from 'fastify';
import { loadReceipt, type ReceiptSources } from '../../gateway/views/load-receipt';
import type { Clock } from '../../kernel/clock';
import { Fault } from '../../kernel/fault';
import { shown } from '../../kernel/shown';
import { admitKey, type KeyRing } from '../../keys/authenticate';
import type { ChannelHealth } from '../../routing/health/channel-health';
import { reportOf } from '../../routing/health/health-report';
import { bearerOf } from './bearer';
import { receiptJson } from './receipt-json';
import { type RunSources, runOfReceipt } from './run-of-receipt';

export interface ReceiptDeps {
  readonly keyRing: KeyRing;
  readonly clock: Clock;
  readonly sources: ReceiptSources & RunSources;
  readonly health: ChannelHealth;
}

export function registerReceipts(app: FastifyInstance, { keyRing, clock, sources, health }: ReceiptDeps): void {
  app.get<{ Params: { id: string } }>('/v1/receipts/:id', async (request) => {
    const { key } = admitKey(await keyRing.recognise(bearerOf(request.headers)), clock.now());
    const { id } = request.params;
    const receipt = await loadReceipt(sources, id, { apiKeyId: key.id });
    if (receipt === undefined) throw new Fault('not_found', `There is no receipt ${shown(id)} of this key.`);
    const run = await runOfReceipt(sources, receipt.view.runId);
    return receiptJson(receipt, run, clock.now(), (channelId) => reportOf(health, channelId, clock).health);
  });
}
