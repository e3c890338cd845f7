/** A thread of the audit: one piece of work at a time, on a connection that is opened for it and closed after it. */
import { parentPort, workerData } from 'node:worker_threads';
import { verificationOf } from '../../ledger/audit/verification';
import type { DatabaseLocation } from '../data-source';
import { rollUpBatches } from '../usage/roll-up-batches';
import { openAuditDatabase } from './audit-database';
import type { AuditAnswers, AuditCall, AuditReply, AuditRequest } from './audit-messages';
import { auditDatabase } from './audit-work';
import { sealNextBlock } from './seal-batches';

const port = parentPort;
if (port === null) throw new Error('The audit worker runs as a thread only.');

const { location } = workerData as { location: DatabaseLocation };

async function answer(call: AuditCall): Promise<AuditAnswers[keyof AuditAnswers]> {
  const database = await openAuditDatabase(location);
  try {
    if (call.call === 'seal') return await sealNextBlock(database, call.range, call.at);
    if (call.call === 'rollUp') return await rollUpBatches(database);
    return verificationOf(await auditDatabase(database, call.at, call.walletId));
  } finally {
    await database.close();
  }
}

async function replyTo({ id, call }: AuditRequest): Promise<AuditReply> {
  try {
    return { id, answer: await answer(call) };
  } catch (error) {
    const { message, stack = '' } = error instanceof Error ? error : new Error(String(error));
    return { id, error: message, stack };
  }
}

let previous: Promise<void> = Promise.resolve();

port.on('message', (request: AuditRequest) => {
  previous = previous.then(async () => port.postMessage(await replyTo(request)));
});
