/** What callers may ask of a ledger in any order, and what nobody may: random, with ids that were used before and amounts at the ends. */
import { createHash } from 'node:crypto';
import { newId } from '../../src/kernel/ids';
import { DAY_MS } from '../../src/kernel/times';
import type { Bucket, SpendWindow } from '../../src/kernel/words';
import type { EndRequest, Idempotence, LedgerItem, LedgerVerdict, MoveMoney, PlaceHold } from '../../src/ledger/ledger-store';
import { redemptionKey } from '../../src/ledger/redemption/redemption-store';
import { counterId } from '../../src/ledger/spend-counter';
import type { TestDatabase } from './databases';
import { end, move, overage, place } from './ledger-items';
import type { SeededRandom } from './seeded-random';
import type { Granted, SimpleBook } from './simple-book';

export interface Asked {
  readonly item: LedgerItem;
  /** What must not be said of it; null: whatever is said. */
  readonly never: LedgerVerdict['verdict'] | null;
}

interface Code {
  readonly id: string;
  readonly bucket: Bucket;
  readonly amount: bigint;
}

const BUCKETS: readonly Bucket[] = ['RMB', 'CREDIT'];
const WINDOWS: readonly SpendWindow[] = ['DAY', 'WEEK', 'MONTH', 'LIFETIME'];
const AMOUNTS = [1n, 2n, 7n, 40n, 1_000n, 2n ** 53n + 1n, 2n ** 60n, 2n ** 61n + 1n, 2n ** 62n - 1n, 2n ** 62n];
const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

export class Asking {
  private readonly codes: Code[] = [];
  private readonly asked: LedgerItem[] = [];
  private moment = 0;
  private spendable = 2n ** 62n;

  constructor(
    private readonly accounts: readonly string[],
    private readonly random: SeededRandom,
    private readonly book: SimpleBook,
  ) {}

  /** Makes codes, and revokes some: also such as were redeemed. */
  async prepare(database: TestDatabase): Promise<void> {
    for (let nth = 0; nth < 3; nth += 1) {
      const code = { id: newId(), bucket: this.one(BUCKETS), amount: this.one(AMOUNTS) };
      await database.query(
        `INSERT INTO redemption_code (id, code_hash, bucket, amount, created_at) VALUES ('${code.id}', '${hashOf(code.id)}', '${code.bucket}', ${code.amount}, 1)`,
      );
      this.codes.push(code);
    }
    const { id } = this.one(this.codes);
    await database.query(`UPDATE redemption_code SET revoked_at = 1 WHERE id = '${id}'`);
    this.book.revoked.add(id);
  }

  some(count: number): Asked[] {
    const asked: Asked[] = [];
    while (asked.length < count) asked.push(...this.next());
    this.asked.push(...asked.filter(({ never }) => never === null).map(({ item }) => item));
    return asked;
  }

  private next(): Asked[] {
    const ways = [
      ...[this.hold, this.hold, this.hold, this.replacement, this.ending, this.ending, this.ending, this.topUp, this.redemption],
      ...[this.refund, this.adjustment, this.again, this.sameHold, this.sameTransfer, this.endElsewhere, this.refundElsewhere],
    ];
    return this.one(ways).call(this);
  }

  private hold(): Asked[] {
    const amount = this.one(AMOUNTS);
    const plain = place(this.one(this.accounts), amount, {}, this.one(BUCKETS));
    // Received in the window in which it is held: what lies between the two is `test/contracts/counter-beginnings.contract.test.ts`.
    const placedAt = plain.placedAt - this.one([0, 0, 1, 31]) * DAY_MS;
    const idempotence = this.random.chance(0.3) ? this.key(plain) : null;
    const ceilings = this.random.chance(0.3) ? [{ counterId: this.counterOf(plain, placedAt), ceiling: this.one(AMOUNTS) }] : [];
    const request = { ...plain.request, createdAt: placedAt };
    return fine({ ...plain, request, placedAt, atLeast: this.one([0n, 1n, amount]), ceilings, idempotence });
  }

  private key({ request }: PlaceHold): Idempotence {
    return { id: hashOf(`${request.apiKeyId} ${this.random.between(0, 9)}`), bodyHash: hashOf(String(this.random.between(0, 1))) };
  }

  private counterOf({ request, walletId }: PlaceHold, at: number): string {
    const bucket = walletId.endsWith(':RMB') ? 'RMB' : 'CREDIT';
    return counterId({ scope: 'key', scopeId: request.apiKeyId, bucket, window: this.one(WINDOWS) }, at);
  }

  private replacement(): Asked[] {
    return this.some1(this.book.openHolds(), ({ item, granted }) => {
      const { holdId, walletId, placedAt, request, idempotence } = item;
      const other = walletId.endsWith(':RMB') ? 'CREDIT' : 'RMB';
      const replaces = { holdId, walletId, amount: granted, placedAt };
      return fine(place(request.accountId, this.one(AMOUNTS), { replaces, placedAt, request, idempotence, atLeast: 0n }, other));
    });
  }

  private ending(): Asked[] {
    return this.some1(this.random.chance(0.8) ? this.book.openHolds() : [...this.book.holds.values()], (hold) => fine(this.endOf(hold)));
  }

  private endOf({ item, granted }: Granted): EndRequest {
    const wished = this.one([0n, granted, granted / 2n, granted > 0n ? 1n : 0n]);
    const charge = this.chargeable(wished);
    const whole = end(
      item,
      charge,
      charge > 0n && charge === granted && this.random.chance(0.3) ? overage(this.one(AMOUNTS)) : {},
      granted,
    );
    return { ...whole, receipt: { ...whole.receipt, settledAt: whole.receipt.settledAt + this.moment++ } };
  }

  /** What was ever spent is counted in columns as wide as a wallet's: nobody spends more than one can hold, over and over. */
  private chargeable(wished: bigint): bigint {
    if (wished > this.spendable) return wished > 0n ? 1n : 0n;
    this.spendable -= wished;
    return wished;
  }

  private topUp(): Asked[] {
    return fine(move(this.one(this.accounts), this.one(AMOUNTS), {}, this.one(BUCKETS)));
  }

  private adjustment(): Asked[] {
    return fine(move(this.one(this.accounts), -this.one(AMOUNTS), {}, this.one(BUCKETS)));
  }

  private redemption(): Asked[] {
    return this.some1(this.codes, ({ id, bucket, amount }) => {
      const over = { entryKind: 'REDEMPTION', externalKey: redemptionKey(id), redemptionCodeId: id } as const;
      return fine(move(this.one(this.accounts), amount, over, bucket));
    });
  }

  private refund(): Asked[] {
    return this.some1(this.charged(), (item) => fine(this.refundOf(item, item.hold?.walletId ?? '')));
  }

  /** To the other bucket of the account. */
  private refundElsewhere(): Asked[] {
    return this.some1(this.charged(), (item) => {
      const [account = '', bucket] = (item.hold?.walletId ?? '').split(':');
      return never('done', this.refundOf(item, `${account}:${bucket === 'RMB' ? 'CREDIT' : 'RMB'}`));
    });
  }

  private refundOf({ receipt }: EndRequest, walletId: string): MoveMoney {
    const [account = '', bucket] = walletId.split(':');
    const amount = this.one([1n, receipt.charge, receipt.charge / 2n + 1n, ...AMOUNTS.slice(0, 5)]);
    return move(account, amount, { entryKind: 'REFUND', receiptId: receipt.requestId }, bucket === 'RMB' ? 'RMB' : 'CREDIT');
  }

  private charged(): EndRequest[] {
    return this.book.ends.filter(({ receipt }) => receipt.charge > 0n);
  }

  /** What was asked before, as it was: its answer may have been lost. A hold that is placed again has its id. */
  private again(): Asked[] {
    const before = this.asked.filter(({ kind }) => kind !== 'place');
    return this.some1(before, (item) => {
      if (item.kind !== 'move') return fine(item);
      return fine({ ...item, transferId: newId(), amount: this.random.chance(0.3) && item.amount > 1n ? item.amount - 1n : item.amount });
    });
  }

  private sameHold(): Asked[] {
    return this.some1([...this.book.holds.values()], ({ item }) =>
      never('granted', { ...place(item.request.accountId, 1n, {}, this.one(BUCKETS)), holdId: item.holdId }),
    );
  }

  private sameTransfer(): Asked[] {
    return this.some1(this.book.moves, ({ transferId }) => never('done', move(this.one(this.accounts), 1n, { transferId })));
  }

  /** Out of the other bucket, or of more than was held. */
  private endElsewhere(): Asked[] {
    return this.some1(this.book.openHolds(), (hold) => {
      const whole = this.endOf(hold);
      if (whole.hold === null) return [];
      const [account = '', bucket] = whole.hold.walletId.split(':');
      const walletId = `${account}:${bucket === 'RMB' ? 'CREDIT' : 'RMB'}`;
      const other = this.random.chance(0.5) ? { walletId } : { amount: whole.hold.amount + 1n };
      return never('done', { ...whole, hold: { ...whole.hold, ...other } });
    });
  }

  private some1<T>(among: readonly T[], ask: (one: T) => Asked[]): Asked[] {
    return among.length === 0 ? [] : ask(this.one(among));
  }

  private one<T>(among: readonly T[]): T {
    return among[this.random.between(0, among.length - 1)] as T;
  }
}

function fine(item: LedgerItem): Asked[] {
  return [{ item, never: null }];
}

function never(verdict: LedgerVerdict['verdict'], item: LedgerItem): Asked[] {
  return [{ item, never: verdict }];
}
