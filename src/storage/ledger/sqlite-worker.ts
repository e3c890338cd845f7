/** The ledger's thread: one connection, one batch at a time, so that waiting for the disk never stops the gateway. */
import { parentPort, workerData } from 'node:worker_threads';
import { batchOfText } from './sqlite-batch-text';
import { openLedgerFile, SqliteBatchWriter } from './sqlite-database';
import type { ErrorWords, LedgerAnswers, LedgerCall, LedgerReply, LedgerRequest } from './sqlite-messages';

const port = parentPort;
if (port === null) throw new Error('The ledger worker runs as a thread only.');

const { file } = workerData as { file: string };
const db = openLedgerFile(file);
const writer = new SqliteBatchWriter(db);

function answer(call: LedgerCall): LedgerAnswers[keyof LedgerAnswers] {
  switch (call.call) {
    case 'write':
      return writer.write(batchOfText(call.batch));
    case 'openHolds':
      return writer.readOpenHolds(call.limit);
    case 'ping':
      db.prepare('SELECT 1').get();
      return true;
    case 'close':
      db.close();
      return true;
  }
}

function wordsOf(error: unknown): ErrorWords {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), code: null };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null;
  return { name: error.name, message: error.message, code };
}

function reply({ id, call }: LedgerRequest): LedgerReply {
  try {
    return { id, answer: answer(call) };
  } catch (error) {
    return { id, error: wordsOf(error) };
  }
}

port.on('message', (request: LedgerRequest) => {
  port.postMessage(reply(request));
  if (request.call.call === 'close') port.close();
});
