/** What the walks of one audit share. */
import type { ChargeFor } from './audit-receipt';
import type { Finding } from './finding';
import { indexBy } from './finding';
import type { LedgerSnapshot } from './snapshot';
import type { Row } from './tables';

const PRICES_MAX = 50_000;

export interface AuditPorts {
  readonly snapshot: LedgerSnapshot;
  readonly chargeFor: ChargeFor;
  /** Milliseconds since 1970: the moment of the snapshot. */
  readonly at: number;
  /** The one wallet to audit; null: everything. */
  readonly walletId: string | null;
  /** How many findings are kept: what is broken a million times is broken once. */
  readonly keep: number;
}

export interface AuditCounts {
  batches: number;
  entries: number;
  receipts: number;
  holds: number;
  wallets: number;
  blocks: number;
  unsealedBatches: number;
}

export class AuditRun {
  readonly findings: Finding[] = [];
  /** How many were found; not all of them are kept. */
  problems = 0;
  readonly counts: AuditCounts = { batches: 0, entries: 0, receipts: 0, holds: 0, wallets: 0, blocks: 0, unsealedBatches: 0 };
  readonly snapshot: LedgerSnapshot;
  private readonly prices = new Map<string, Row<'price'>>();
  private readonly said = new Set<string>();

  constructor(readonly ports: AuditPorts) {
    this.snapshot = ports.snapshot;
  }

  /** An audit of one wallet hears of that wallet, and of batches and seals that are wrong themselves: they vouch for everybody's rows. */
  add(findings: readonly Finding[]): void {
    const { walletId } = this.ports;
    for (const finding of findings) {
      const ofEverybody = finding.walletId === null && /^(ledger_batch|seal|seal_batch) /.test(finding.row);
      const concerns = walletId === null || finding.walletId === walletId || finding.namedWalletId === walletId;
      if (concerns || ofEverybody) this.keep(finding);
    }
  }

  private keep(finding: Finding): void {
    const text = `${finding.row} ${finding.problem}`;
    if (this.said.has(text)) return;
    this.problems += 1;
    if (this.findings.length >= this.ports.keep) return;
    this.said.add(text);
    this.findings.push(finding);
  }

  /** Price versions by id. There are few of them, and they never change. */
  async pricesOf(receipts: readonly Row<'receipt'>[]): Promise<ReadonlyMap<string, Row<'price'>>> {
    const missing = receipts.flatMap(({ priceId }) => (priceId === null || this.prices.has(priceId) ? [] : [priceId]));
    if (missing.length === 0) return this.prices;
    if (this.prices.size > PRICES_MAX) this.prices.clear();
    const read = await this.snapshot.among('price', 'id', missing);
    for (const [id, price] of indexBy(read, ({ id }) => id)) this.prices.set(id, price);
    return this.prices;
  }
}
