/**
 * Audits the ledger that `DATABASE_URL` names, also while gateways write to it: `npm run audit`. Nothing is written.
 * Exit code 0: the books are in order; 1: they are not, or cannot be read; 64: it was called with arguments; 78: the configuration is wrong.
 */
import { loadDatabaseConfig } from '../config';
import { systemClock } from '../kernel/clock';
import { ConfigurationError } from '../kernel/configuration-error';
import type { AuditReport } from '../ledger/audit/audit-ledger';
import { lineOf } from '../ledger/audit/finding';
import { auditLocation } from '../storage/audit/audit-work';

const BROKEN = 1;
const WRONG_CALL = 64;
const WRONG_CONFIGURATION = 78;

function textOf({ findings, problems, counts, headHash }: AuditReport, seconds: string): string {
  const { wallets, entries, holds, receipts, batches, blocks, unsealedBatches } = counts;
  const more = problems > findings.length ? [`… and ${problems - findings.length} more`] : [];
  const lines = [
    ...findings.map(lineOf),
    ...more,
    `${wallets} wallets, ${entries} entries, ${holds} holds, ${receipts} receipts in ${batches} batches, ${unsealedBatches} of them not sealed yet; read in ${seconds} s`,
    headHash === null ? 'nothing is sealed yet' : `the newest of ${blocks} seals: ${headHash}`,
    problems === 0 ? 'The books are in order.' : `The books are not in order: ${problems} problem${problems === 1 ? '' : 's'}.`,
  ];
  return `${lines.join('\n')}\n`;
}

async function main(): Promise<void> {
  if (process.argv.length > 2) {
    // Whoever names another ledger here must not read of this one that it is in order.
    process.stderr.write('usage: npm run audit, with no arguments; DATABASE_URL says which ledger\n');
    process.exitCode = WRONG_CALL;
    return;
  }
  const began = systemClock.monotonic();
  const report = await auditLocation(loadDatabaseConfig(), systemClock.now());
  process.stdout.write(textOf(report, ((systemClock.monotonic() - began) / 1_000).toFixed(1)));
  process.exitCode = report.problems === 0 ? 0 : BROKEN;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof ConfigurationError ? WRONG_CONFIGURATION : BROKEN;
});
