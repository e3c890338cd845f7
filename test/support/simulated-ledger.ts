/**
 * The rules of the ledger told a second time, as simply as possible: nothing is stored but what was granted, ended and
 * moved, and every balance, counter and state is added up anew for each question.
 */
import type { Bucket } from '../../src/kernel/words';
import type { EndRequest, LedgerItem, LedgerVerdict, MoveMoney, PlaceHold } from '../../src/ledger/ledger-store';
import { countersOf } from '../../src/ledger/spend-counter';

interface Held {
  readonly item: PlaceHold;
  readonly granted: bigint;
  state: 'OPEN' | 'SETTLED' | 'RELEASED';
  charge: bigint;
}

export interface Balance {
  readonly posted: bigint;
  readonly held: bigint;
}

export class SimulatedLedger {
  private readonly holds = new Map<string, Held>();
  private readonly moved: MoveMoney[] = [];
  private readonly ended = new Set<EndRequest>();
  /** The last hold that was granted with each idempotency key. */
  private readonly lastOfKey = new Map<string, Held>();

  apply(item: LedgerItem): LedgerVerdict {
    if (item.kind === 'place') return this.place(item);
    return item.kind === 'end' ? this.end(item) : this.move(item);
  }

  balance(walletId: string): Balance {
    const holds = [...this.holds.values()].filter(({ item }) => item.walletId === walletId);
    const moved = sum(this.moved.filter((item) => item.walletId === walletId).map((item) => item.amount));
    return { posted: moved - sum(holds.map((hold) => hold.charge)), held: sum(holds.filter(isOpen).map((hold) => hold.granted)) };
  }

  counter(id: string): { readonly spent: bigint; readonly held: bigint } {
    const counted = [...this.holds.values()].filter(({ item }) => countersOf(item.request, bucketOf(item), item.placedAt).includes(id));
    return { spent: sum(counted.map((hold) => hold.charge)), held: sum(counted.filter(isOpen).map((hold) => hold.granted)) };
  }

  /** The hold that an idempotency key names now. */
  holdOfKey(id: string): string | undefined {
    return this.lastOfKey.get(id)?.item.holdId;
  }

  refunded(receiptId: string): bigint {
    return sum(this.moved.filter((item) => item.receiptId === receiptId).map((item) => item.amount));
  }

  private place(item: PlaceHold): LedgerVerdict {
    const { replaces } = item;
    const replaced = replaces === null ? null : this.holds.get(replaces.holdId);
    if (replaces !== null && replaced?.state !== 'OPEN') return { verdict: 'not_open' };
    const available = this.available(item.walletId);
    const refusal =
      this.refusedByKey(item) ?? (available < item.atLeast ? { verdict: 'insufficient', available } : this.refusedByCeiling(item));
    if (refusal !== null) return refusal as LedgerVerdict;
    const granted = [item.amount, available, ...this.rooms(item).map((room) => room.left)].reduce((a, b) => (b < a ? b : a));
    const hold: Held = { item, granted, state: 'OPEN', charge: 0n };
    this.holds.set(item.holdId, hold);
    if (item.idempotence !== null) this.lastOfKey.set(item.idempotence.id, hold);
    if (replaced) replaced.state = 'RELEASED';
    return { verdict: 'granted', amount: granted };
  }

  private refusedByKey({ idempotence, request }: PlaceHold): LedgerVerdict | null {
    const last = idempotence === null ? undefined : this.lastOfKey.get(idempotence.id);
    if (last === undefined || last.item.request.requestId === request.requestId) return null;
    const { requestId } = last.item.request;
    if (last.item.idempotence?.bodyHash !== idempotence?.bodyHash) return { verdict: 'same_key', state: 'other_body', requestId };
    if (last.state === 'RELEASED') return null;
    return { verdict: 'same_key', state: last.state === 'OPEN' ? 'running' : 'settled', requestId };
  }

  private refusedByCeiling(item: PlaceHold): LedgerVerdict | null {
    const [tightest] = this.rooms(item).sort((a, b) => (a.left < b.left ? -1 : Number(a.left > b.left)));
    if (tightest === undefined || tightest.left >= item.atLeast) return null;
    const { left, ...limit } = tightest;
    return { verdict: 'over_limit', ...limit };
  }

  /** What each ceiling leaves. */
  private rooms({ ceilings }: PlaceHold) {
    return ceilings.map(({ counterId, ceiling }) => {
      const { spent, held } = this.counter(counterId);
      return { counterId, ceiling, spent, held, left: ceiling - spent - held };
    });
  }

  private end(item: EndRequest): LedgerVerdict {
    if (this.ended.has(item)) return { verdict: 'done' };
    if (item.hold !== null) {
      const hold = this.holds.get(item.hold.holdId);
      if (hold?.state !== 'OPEN') return { verdict: 'not_open' };
      hold.state = item.hold.settles ? 'SETTLED' : 'RELEASED';
      hold.charge = item.receipt.charge;
    }
    this.ended.add(item);
    return { verdict: 'done' };
  }

  private move(item: MoveMoney): LedgerVerdict {
    const before = this.moved.find((each) => each.externalKey === item.externalKey);
    if (before !== undefined) return { verdict: 'duplicate', transferId: before.transferId, same: isSame(before, item) };
    if (item.receiptId !== null) {
      const charged = this.chargeOf(item.receiptId);
      const refunded = this.refunded(item.receiptId);
      if (refunded + item.amount > charged) return { verdict: 'over_charge', charged, refunded };
    }
    const available = this.available(item.walletId);
    if (available + item.amount < 0n) return { verdict: 'insufficient', available };
    this.moved.push(item);
    return { verdict: 'done' };
  }

  private chargeOf(receiptId: string): bigint {
    return [...this.ended].find((end) => end.receipt.requestId === receiptId)?.receipt.charge ?? 0n;
  }

  private available(walletId: string): bigint {
    const { posted, held } = this.balance(walletId);
    return posted - held;
  }
}

function isSame(a: MoveMoney, b: MoveMoney): boolean {
  return a.walletId === b.walletId && a.entryKind === b.entryKind && a.amount === b.amount && a.receiptId === b.receiptId;
}

function isOpen(hold: Held): boolean {
  return hold.state === 'OPEN';
}

function bucketOf({ walletId }: PlaceHold): Bucket {
  return walletId.endsWith(':RMB') ? 'RMB' : 'CREDIT';
}

function sum(amounts: readonly bigint[]): bigint {
  return amounts.reduce((total, amount) => total + amount, 0n);
}
