/**
 * Audits the ledger that `DATABASE_URL` names, also while gateways write to it: `npm run audit`. Nothing is written.
 * Exit code 0: the books are in order; 1: they are not, or cannot be read; 64: it was called with arguments; 78: the configuration is wrong.
 */
import { loadDatabaseConfig } from '../config';
import { systemClock } from '../kernel/clock';
import { counted } from '../kernel/counted';
import type { AuditReport } from '../ledger/audit/audit-ledger';
import { lineOf } from '../ledger/audit/finding';
import { FAILED, runCommand, UsageError } from '../start/command';
import { auditLocation } from '../storage/audit/audit-work';

const USAGE = `usage: npm run audit, with no arguments; DATABASE_URL says which ledger

Exit code: 0 in order, 1 not in order or not to be read, 64 wrong call, 78 wrong configuration.`;

function textOf({ findings, problems, counts, headHash }: AuditReport, seconds: string): string {
  const { wallets, entries, holds, receipts, batches, blocks, unsealedBatches } = counts;
  const more = problems > findings.length ? [`… and ${problems - findings.length} more`] : [];
  const lines = [
    ...findings.map(lineOf),
    ...more,
    `${counted(wallets, 'wallet')}, ${counted(entries, 'entry', 'entries')}, ${counted(holds, 'hold')}, ${counted(receipts, 'receipt')} in ${counted(batches, 'batch', 'batches')}, ${unsealedBatches} of them not sealed yet; read in ${seconds} s`,
    headHash === null ? 'nothing is sealed yet' : `the newest of ${counted(blocks, 'seal')}: ${headHash}`,
    problems === 0 ? 'The books are in order.' : `The books are not in order: ${counted(problems, 'problem')}.`,
  ];
  return `${lines.join('\n')}\n`;
}

async function audit(args: readonly string[]): Promise<number> {
  // Whoever names another ledger here must not read of this one that it is in order.
  if (args.length > 0) throw new UsageError(`What "${args[0]}" says would be passed over.`);
  const began = systemClock.monotonic();
  const report = await auditLocation(loadDatabaseConfig(), systemClock.now());
  process.stdout.write(textOf(report, ((systemClock.monotonic() - began) / 1_000).toFixed(1)));
  return report.problems === 0 ? 0 : FAILED;
}

void runCommand({ usage: USAGE, run: audit });
