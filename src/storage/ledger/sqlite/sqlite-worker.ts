/** The ledger's thread: one connection, one batch at a time, so that waiting for the disk never stops the gateway. */
import { parentPort, workerData } from 'node:worker_threads';
import { OpenedFiles } from './opened-files';
import { proveWritable } from './prove-writable';
import { batchOfText } from './sqlite-batch-text';
import { SqliteCheckpoints } from './sqlite-checkpoints';
import { openLedgerFile, SqliteBatchWriter } from './sqlite-database';
import type { ErrorWords, LedgerAnswers, LedgerCall, LedgerReply, LedgerRequest } from './sqlite-messages';
import { verdictsOfWritten } from './sqlite-outcome';

const port = parentPort;
if (port === null) throw new Error('The ledger worker runs as a thread only.');

const { file } = workerData as { file: string };
const db = openLedgerFile(file);
const writer = new SqliteBatchWriter(db);
const checkpoints = new SqliteCheckpoints(db);
const files = new OpenedFiles(file);

function write(text: string, again: boolean): LedgerAnswers['write'] {
  const batch = batchOfText(text);
  files.assertInPlace();
  return (again ? verdictsOfWritten(db, batch) : null) ?? writer.write(batch);
}

function answer(call: LedgerCall, again: boolean): LedgerAnswers[keyof LedgerAnswers] {
  switch (call.call) {
    case 'write':
      return write(call.batch, again);
    case 'openHolds':
      return writer.readOpenHolds(call.limit);
    case 'note':
      checkpoints.note(call.rows);
      return true;
    case 'progress':
      return checkpoints.of(call.holdIds);
    case 'forget':
      return checkpoints.forgetEnded();
    case 'ping':
      files.assertInPlace();
      proveWritable(db);
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

function reply({ id, call, again = false }: LedgerRequest): LedgerReply {
  try {
    return { id, answer: answer(call, again) };
  } catch (error) {
    return { id, error: wordsOf(error) };
  }
}

port.on('message', (request: LedgerRequest) => {
  port.postMessage(reply(request));
  if (request.call.call === 'close') port.close();
});
