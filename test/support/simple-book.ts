/** The simplest book that can be kept of what a ledger told its callers: nothing is decided here, everything is added up anew. */
import { NANO_MAX, type Nano } from '../../src/kernel/money';
import type { Checkpoint, EndRequest, LedgerItem, LedgerVerdict, MoveMoney, PlaceHold } from '../../src/ledger/ledger-store';
import { attempt } from './ledger-items';

export interface Granted {
  readonly item: PlaceHold;
  readonly granted: bigint;
  state: 'OPEN' | 'SETTLED' | 'RELEASED';
  charge: bigint;
  checkpoint: bigint | null;
}

const FLOOR = { inputTokens: 9, cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens: 4, reasoningTokens: 0, source: 'FLOOR' } as const;

export class SimpleBook {
  readonly holds = new Map<string, Granted>();
  readonly ends: EndRequest[] = [];
  readonly moves: MoveMoney[] = [];
  /** Codes that were revoked before anything that is noted from now on was asked. */
  readonly revoked = new Set<string>();
  private readonly wrong: string[] = [];
  private readonly twins: { readonly item: MoveMoney; readonly transferId: string }[] = [];

  /** `failed`: its caller was told that it is no item that can be written. */
  note(item: LedgerItem, told: LedgerVerdict | 'failed'): void {
    if (told === 'failed') return;
    if (item.kind === 'place' && told.verdict === 'granted') this.placed(item, told.amount);
    if (item.kind === 'end' && told.verdict === 'done') this.ended(item);
    if (item.kind === 'move' && told.verdict === 'done') this.moved(item);
    if (item.kind === 'move' && told.verdict === 'duplicate') this.twins.push({ item, transferId: told.transferId });
  }

  openHolds(): Granted[] {
    return [...this.holds.values()].filter(({ state }) => state === 'OPEN');
  }

  /** What it says is charged when the writer is gone. */
  checkpoint(item: PlaceHold, charge: Nano): Checkpoint {
    const hold = this.holds.get(item.holdId);
    if (hold !== undefined) hold.checkpoint = charge;
    const place = { upstreamModel: 'm', reportedModel: 'm', finalChannelId: 'cheap-a', priceId: 'gpt-5-mini:ORDINARY@1', retryCount: 0 };
    const rest = { fallbackCount: 0, providerStatus: 200, usage: FLOOR, timeToFirstTokenMs: 90, loweredOutputLimit: null };
    return { holdId: item.holdId, charge, progress: { ...place, ...rest }, attempts: [attempt({ usage: FLOOR, status: 'CANCELLED' })] };
  }

  /** Every writer is gone, and what it held has been ended. */
  crash(): void {
    for (const hold of this.openHolds()) {
      hold.state = hold.checkpoint === null ? 'RELEASED' : 'SETTLED';
      hold.charge = hold.checkpoint ?? 0n;
    }
  }

  balance(walletId: string): { readonly posted: bigint; readonly held: bigint } {
    const holds = [...this.holds.values()].filter(({ item }) => item.walletId === walletId);
    const moved = sum(this.moves.filter((item) => item.walletId === walletId).map(({ amount }) => amount));
    const held = sum(holds.filter(({ state }) => state === 'OPEN').map(({ granted }) => granted));
    return { posted: moved - sum(holds.map(({ charge }) => charge)), held };
  }

  /** What callers were told that cannot all be true. */
  contradictions(): string[] {
    const keys = this.moves.map(({ externalKey }) => externalKey);
    const twice = keys.filter((key, at) => keys.indexOf(key) !== at).map((key) => `${key} moved money twice`);
    const orphans = this.twins
      .filter(({ item, transferId }) => !this.moves.some((each) => each.transferId === transferId && each.externalKey === item.externalKey))
      .map(({ item }) => `${item.externalKey} is told to have moved money before, and did not`);
    return [...this.wrong, ...twice, ...orphans, ...this.keysUsedTwice(), ...this.refundsAboveCharges(), ...this.balancesOutOfRange()];
  }

  private placed(item: PlaceHold, granted: bigint): void {
    if (this.holds.has(item.holdId)) this.wrong.push(`the hold ${item.holdId} was granted twice`);
    if (granted > item.amount || granted < item.atLeast) this.wrong.push(`the hold ${item.holdId} was granted ${granted}`);
    this.holds.set(item.holdId, { item, granted, state: 'OPEN', charge: 0n, checkpoint: null });
    if (item.replaces !== null) this.close(item.replaces.holdId, 'RELEASED', 0n);
  }

  private ended(item: EndRequest): void {
    if (this.ends.includes(item) || item.hold === null) return;
    this.ends.push(item);
    this.close(item.hold.holdId, item.hold.settles ? 'SETTLED' : 'RELEASED', item.receipt.charge);
    if (this.holds.get(item.hold.holdId)?.item.walletId !== item.hold.walletId) this.wrong.push(`${item.hold.holdId} is of another wallet`);
  }

  private close(holdId: string, state: Granted['state'], charge: bigint): void {
    const hold = this.holds.get(holdId);
    if (hold === undefined || hold.state !== 'OPEN') this.wrong.push(`the hold ${holdId} was ended, and is ${hold?.state ?? 'unknown'}`);
    if (hold !== undefined) Object.assign(hold, { state, charge });
  }

  private moved(item: MoveMoney): void {
    this.moves.push(item);
    if (item.redemptionCodeId !== null && this.revoked.has(item.redemptionCodeId))
      this.wrong.push(`${item.externalKey} was revoked, and paid`);
  }

  private keysUsedTwice(): string[] {
    const uses = new Map<string, string[]>();
    for (const { item, state } of this.holds.values()) {
      if (item.idempotence === null || state === 'RELEASED') continue;
      uses.set(item.idempotence.id, [...(uses.get(item.idempotence.id) ?? []), state]);
    }
    return [...uses].filter(([, states]) => states.length > 1).map(([id, states]) => `the key ${id} is ${states.join(' and ')}`);
  }

  private refundsAboveCharges(): string[] {
    return this.ends.flatMap(({ receipt, hold }) => {
      const refunds = this.moves.filter(({ receiptId }) => receiptId === receipt.requestId);
      const tooMuch = sum(refunds.map(({ amount }) => amount)) > receipt.charge;
      const elsewhere = refunds.some(({ walletId }) => walletId !== hold?.walletId);
      return tooMuch || elsewhere ? [`the refunds of ${receipt.requestId} are more than its charge, or went elsewhere`] : [];
    });
  }

  private balancesOutOfRange(): string[] {
    const wallets = new Set([...this.moves, ...[...this.holds.values()].map(({ item }) => item)].map(({ walletId }) => walletId));
    return [...wallets].filter((id) => {
      const { posted, held } = this.balance(id);
      return held < 0n || posted < held || posted > NANO_MAX;
    });
  }
}

function sum(amounts: readonly bigint[]): bigint {
  return amounts.reduce((total, amount) => total + amount, 0n);
}
