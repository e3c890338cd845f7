/** A seal vouches for what it reads: a column that the ledger writes and no seal covers could be touched unseen. */
import { TABLES } from '../../ledger/audit/tables';
import {
  ATTEMPT_COLUMNS,
  BATCH_COLUMNS,
  CHANGE_COLUMNS,
  HOLD_COLUMNS,
  KEY_COLUMNS,
  RECEIPT_COLUMNS,
  REFUND_COLUMNS,
  TRANSFER_COLUMNS,
} from '../ledger/rows';
import { columnName } from '../sql/column-name';

it.each([
  ['batch', BATCH_COLUMNS],
  ['transfer', TRANSFER_COLUMNS],
  ['receipt', RECEIPT_COLUMNS],
  ['attempt', ATTEMPT_COLUMNS],
  ['refund', REFUND_COLUMNS],
  ['change', CHANGE_COLUMNS],
  ['endedHold', HOLD_COLUMNS],
  ['idempotencyKey', KEY_COLUMNS],
] as const)('an audit reads, and a seal covers, every column that the ledger writes: %s', (table, written) => {
  expect(Object.keys(TABLES[table].columns).map(columnName).sort()).toEqual([...written].sort());
});
