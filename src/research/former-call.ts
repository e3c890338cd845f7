/** What became of a call whose process died, or lost its run, before it could write that down. */
import type { LedgerReader } from '../ledger/ledger-reader';
import type { ReceiptRecord } from '../ledger/receipt';
import type { Run } from '../runs/run';
import { type Called, keptAnswer, type ResearchGateway } from './call-section';
import type { ResearchSection } from './run';

const LOOK_AGAIN_MS = 250;

interface FormerMeans {
  readonly gateway: Pick<ResearchGateway, 'archive' | 'clock'>;
  readonly reader: Pick<LedgerReader, 'receipt'>;
}

/**
 * Waits until its hold has ended: a dead process's holds are ended by recovery. An answer that was charged is used, and never paid
 * for a second time. null: the section has no such call.
 */
export async function formerCall(
  { gateway, reader }: FormerMeans,
  { apiKeyId }: Pick<Run, 'apiKeyId'>,
  { openCallId }: Pick<ResearchSection, 'openCallId'>,
  isOver: () => boolean,
): Promise<Called | null> {
  if (openCallId === null) return null;
  for (;;) {
    const receipt = await reader.receipt(openCallId, { apiKeyId });
    if (receipt === undefined) return UNTRIED;
    if (!receipt.inFlight) return endedCall(gateway, apiKeyId, openCallId, receipt.record);
    if (isOver()) return { kind: 'cut' };
    await gateway.clock.sleep(LOOK_AGAIN_MS);
  }
}

async function endedCall(
  gateway: FormerMeans['gateway'],
  apiKeyId: string,
  callId: string,
  { status, stopReason, errorMessage }: Pick<ReceiptRecord, 'status' | 'stopReason' | 'errorMessage'>,
): Promise<Called> {
  if (status === 'SUCCEEDED') return (await keptAnswer(gateway, apiKeyId, callId)) ?? LOST;
  if (status === 'FAILED' && stopReason !== 'REFUSED') return { kind: 'failed', problem: errorMessage ?? 'no channel answered' };
  return UNTRIED;
}

const UNTRIED: Called = { kind: 'later', afterMs: 0 };
const LOST: Called = { kind: 'failed', problem: 'the answer was lost with the process that received it' };
