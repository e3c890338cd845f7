/**
 * Where a follower of spend stands. What it says of that to its client, the cursor, is short however many wallets there are: it names
 * those that moved last, and of all others says until when their steps were seen, and how many those are in all.
 *
 * That number is what makes it safe: a step that was stamped before that time, and committed after the cursor was given out, is in
 * the ledger's number and not in the cursor's. Such a cursor is refused; otherwise that step would never be told.
 */
import { sumOf } from '../kernel/lists';
import { beyondTheEnd, type RestPosition, type SpendPosition, spendCursor, type WalletPosition, writtenLate } from './spend-cursor';
import type { HistoryStep, WalletHead, WalletHistory } from './wallet-history';

type Heads = ReadonlyMap<string, WalletHead>;

interface Looked {
  readonly history: Pick<WalletHistory, 'sequenceAt'>;
  readonly now: number;
}

/** A cursor goes out with every event, and comes back in one message: with the longest ids that is 55 kB, as a rule 15. */
const NAMED_MAX = 500;
/** A wallet is named until all were looked at so long after it moved: others may have moved before it, and still be committed. */
const NAMED_FOR_US = 10_000_000n;
const US_PER_MS = 1_000n;
const BEGINNING: WalletPosition = { seq: 0n, seen: 0 };

export class SpendPlace {
  /** Named with the time of its last step; who moved last is the last one. */
  private readonly latest = new Map<string, bigint>();
  /** Named as well: what is written of them is not all told. */
  private readonly growing = new Set<string>();
  /** null: every wallet that moved is named. */
  private rest: RestPosition | null;

  private constructor(
    private readonly positions: Map<string, WalletPosition>,
    { rest, named, heads }: { readonly rest: RestPosition | null; readonly named: SpendPosition['named'] | null; readonly heads: Heads },
    private lookedAt: number,
  ) {
    this.rest = rest;
    const byTime = [...heads].sort(([, one], [, other]) => (one.atUs < other.atUs ? -1 : 1));
    for (const [walletId, { atUs, seq }] of byTime) {
      const place = this.of(walletId);
      if (place.seq < seq || place.seen > 0) this.growing.add(walletId);
      else if (place.seq > 0n && (rest === null || named?.has(walletId))) this.latest.set(walletId, atUs);
    }
    // A wallet of the rest that has grown is named, with what it leaves out there.
    for (const walletId of this.growing) if (rest !== null && !named?.has(walletId)) this.leaveRest(this.of(walletId));
    this.shorten(this.latest.size);
  }

  /** Behind all that is committed, as `heads` were read at `now`. */
  static atHeads(heads: Heads, now: number): SpendPlace {
    const positions = new Map([...heads].map(([walletId, { seq }]) => [walletId, { seq, seen: 0 }]));
    return new SpendPlace(positions, { rest: null, named: null, heads }, now);
  }

  /** @throws Fault `invalid_request` where the ledger has not come to the cursor, or has grown before it */
  static async at(after: SpendPosition, heads: Heads, { history, now }: Looked): Promise<SpendPlace> {
    const { named, rest } = after;
    const unnamed = rest === null ? new Map<string, WalletPosition>() : await standingAt(rest.atUs, heads, named, history);
    const positions = new Map([...named, ...unnamed]);
    refuseBeyond(positions, heads);
    const steps = sumOf([...unnamed.values()].map(({ seq }) => seq));
    if (rest !== null && steps !== rest.steps) throw writtenLate();
    return new SpendPlace(positions, { rest, named, heads }, now);
  }

  /** A wallet that is younger than the cursor is followed from its beginning. */
  of(walletId: string): WalletPosition {
    return this.positions.get(walletId) ?? BEGINNING;
  }

  /** Where the wallets stand was read at `now`, and of these more is written than told. To be called before any of it is told. */
  looked(now: number, grown: readonly string[]): void {
    this.lookedAt = now;
    for (const walletId of grown) {
      this.name(walletId);
      this.growing.add(walletId);
    }
  }

  /** `whole`: all that was known to be written of the wallet is told with it. */
  told({ walletId, atUs }: Pick<HistoryStep, 'walletId' | 'atUs'>, position: WalletPosition, whole: boolean): void {
    this.name(walletId);
    this.positions.set(walletId, position);
    if (!whole) return void this.growing.add(walletId);
    this.growing.delete(walletId);
    this.latest.set(walletId, atUs);
    this.shorten(2);
  }

  get cursor(): string {
    const named = [...this.growing, ...this.latest.keys()].map((walletId) => [walletId, this.of(walletId)] as const);
    const moved = named.filter(([, { seq, seen }]) => this.rest !== null || seq > 0n || seen > 0);
    // Where no wallet has moved, one of them says whose cursor it is.
    const some = moved.length > 0 ? moved : [...this.positions].slice(0, 1);
    return spendCursor({ named: new Map(some), rest: this.rest });
  }

  /** Neither told last nor one of the rest. */
  private name(walletId: string): void {
    if (this.latest.delete(walletId) || this.growing.has(walletId)) return;
    this.leaveRest(this.of(walletId));
  }

  private leaveRest({ seq }: WalletPosition): void {
    if (this.rest !== null) this.rest = { ...this.rest, steps: this.rest.steps - seq };
  }

  /** Leaves out those that moved longest ago, until few enough are named or so many were looked at. */
  private shorten(looks: number): void {
    const until = BigInt(this.lookedAt) * US_PER_MS - NAMED_FOR_US;
    for (const [walletId, atUs] of [...firstOf(this.latest, Math.min(looks, this.latest.size - NAMED_MAX))]) {
      this.latest.delete(walletId);
      // Told before others that moved earlier: it is looked at again when they were.
      if (atUs > until) this.latest.set(walletId, atUs);
      else this.joinRest(walletId, atUs);
    }
  }

  private joinRest(walletId: string, atUs: bigint): void {
    const before = this.rest ?? { atUs: 0n, steps: 0n };
    this.rest = { atUs: atUs > before.atUs ? atUs : before.atUs, steps: before.steps + this.of(walletId).seq };
  }
}

/** Of those that are not named. */
async function standingAt(atUs: bigint, heads: Heads, named: SpendPosition['named'], history: Looked['history']) {
  const positions = new Map<string, WalletPosition>();
  for (const [walletId, head] of heads) {
    if (named.has(walletId)) continue;
    positions.set(walletId, { seq: head.atUs <= atUs ? head.seq : await history.sequenceAt(walletId, atUs), seen: 0 });
  }
  return positions;
}

function refuseBeyond(positions: SpendPosition['named'], heads: Heads): void {
  for (const [walletId, head] of heads) {
    const { seq, seen } = positions.get(walletId) ?? BEGINNING;
    if (seq > head.seq || (seq === head.seq && seen > 0)) throw beyondTheEnd(walletId);
  }
}

function* firstOf<T>(all: Iterable<T>, count: number): Generator<T> {
  let left = count;
  for (const each of all) {
    if (left <= 0) return;
    left -= 1;
    yield each;
  }
}
