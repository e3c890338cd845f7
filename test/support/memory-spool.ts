/** A spool in memory: for tests of what fills and empties it. */
import type { EndRequest } from '../../src/ledger/ledger-store';
import type { SettlementSpool } from '../../src/ledger/settlement-spool';

export class MemorySpool implements SettlementSpool {
  readonly kept = new Map<string, EndRequest>();
  readonly aside = new Map<string, string>();
  /** Called before an end is kept: throw to fail it. */
  beforeKeep: (item: EndRequest) => unknown = () => undefined;

  async keep(item: EndRequest): Promise<void> {
    await this.beforeKeep(item);
    this.kept.set(item.receipt.requestId, item);
  }

  async waiting(limit: number): Promise<readonly EndRequest[]> {
    return [...this.kept.values()].slice(0, limit);
  }

  async forget(requestIds: readonly string[]): Promise<void> {
    for (const id of requestIds) this.kept.delete(id);
  }

  async setAside(requestId: string, problem: string): Promise<void> {
    if (this.kept.delete(requestId)) this.aside.set(requestId, problem);
  }
}
