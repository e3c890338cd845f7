import { end, move, place, refusal, requestFacts } from '../../../test/support/ledger-items';
import { NANO_MAX } from '../../kernel/money';
import { DAY_MS } from '../../kernel/times';
import type { LedgerItem, PlaceHold } from '../../ledger/ledger-store';
import { decideBatch, OPTIMISTIC, writesNothing } from './decide';
import { countersOfHold } from './decide-counters';
import type { KeyUseOfHold, LedgerView } from './decision';
import { prepareBatch } from './prepare';
import { refusedEnds } from './refused-ends';

const NOW = 1_790_000_000_000;
const KEY = { id: 'a'.repeat(64), bodyHash: 'b'.repeat(64) };
const REFUND = { entryKind: 'REFUND', receiptId: 'r' } as const;

/** A database where everything fits, but for what a test says. */
const decide = (items: readonly LedgerItem[], view: Partial<LedgerView> = {}) =>
  decideBatch(prepareBatch({ id: 'batch', items: [...items] }, 'owner', NOW), { ...OPTIMISTIC, posted: () => 0n, ...view });
const verdictsOf = (...asked: Parameters<typeof decide>) => decide(...asked).verdicts.map(({ verdict }) => verdict);
const keyed = (over: Partial<PlaceHold> = {}) => place('acme', 5n, { idempotence: KEY, ...over });
const walletsOf = (...items: LedgerItem[]) => decide(items).wallets;

describe('what a batch asks of a wallet before it begins', () => {
  it('is its lowest point on the way, and not its end', () => {
    const [first, second] = [place('acme', 30n), place('acme', 20n)];
    expect(walletsOf(first, end(first, 5n), second)).toMatchObject([{ need: 30n, posted: -5n, held: 20n }]);
    expect(walletsOf(first, second)).toMatchObject([{ need: 50n, posted: 0n, held: 50n }]);
  });

  it('is less by what came in before, and not by what came later', () => {
    expect(walletsOf(move('acme', 12n), move('acme', -10n))).toMatchObject([{ need: 0n, growth: 12n, posted: 2n }]);
    expect(walletsOf(move('acme', -10n), move('acme', 12n))).toMatchObject([{ need: 10n, growth: 2n, posted: 2n }]);
  });
});

describe('what a batch asks of a counter before it begins', () => {
  const ceilings = (ceiling: bigint) => [{ counterId: countersOfHold(place('acme', 1n), spender('acme-key'))[0] ?? '', ceiling }];
  const mostOf = (...items: LedgerItem[]) =>
    decide(items)
      .counters.map(({ most }) => most)
      .find((most) => most !== null);

  it('is what leaves room for each of its holds, behind those before it', () => {
    expect(mostOf(place('acme', 30n, { ceilings: ceilings(100n) }))).toBe(70n);
    const two = [place('acme', 30n, { ceilings: ceilings(100n) }), place('acme', 20n, { ceilings: ceilings(100n) })];
    expect(mostOf(...two)).toBe(50n);
    expect(mostOf(...two, place('acme', 1n, { ceilings: ceilings(1_000n) }))).toBe(50n);
  });

  it('counts what was spent on the way as well as what is held', () => {
    const first = place('acme', 30n, { ceilings: ceilings(100n) });
    expect(mostOf(first, end(first, 30n), place('acme', 60n, { ceilings: ceilings(100n) }))).toBe(10n);
  });
});

function spender(apiKeyId: string, projectId: string | null = null, runId: string | null = null) {
  return { apiKeyId, projectId, runId };
}

describe('the counters in which a hold counts', () => {
  it('are its own, whoever else was asked about before: of its key, project, run, bucket and day', () => {
    const at = { walletId: 'acme:RMB', placedAt: NOW };
    const asked = [
      countersOfHold(at, spender('one')),
      countersOfHold(at, spender('two')),
      countersOfHold(at, spender('one', 'bots')),
      countersOfHold(at, spender('one', 'other')),
      countersOfHold(at, spender('one', null, 'run-1')),
      countersOfHold(at, spender('one', null, 'run-2')),
      countersOfHold({ ...at, walletId: 'acme:CREDIT' }, spender('one')),
      countersOfHold({ ...at, placedAt: NOW + DAY_MS }, spender('one')),
    ];
    expect(new Set(asked.map((ids) => ids.join(' '))).size).toBe(asked.length);
  });
});

describe('an idempotency key within one batch', () => {
  const stateOf = (verdicts: readonly unknown[]) => verdicts.at(-1);

  it('is running while its hold is open, settled when it was charged, and free when it cost nothing', () => {
    const first = keyed();
    const running = { verdict: 'same_key', state: 'running', requestId: first.request.requestId };
    expect(stateOf(decide([first, keyed()]).verdicts)).toEqual(running);
    expect(stateOf(decide([first, end(first, 3n), keyed()]).verdicts)).toEqual({ ...running, state: 'settled' });
    expect(stateOf(decide([first, end(first, 0n), keyed()]).verdicts)).toEqual({ verdict: 'granted', amount: 5n });
  });

  it('of a hold that was there before is what the batch makes of it', () => {
    const before = keyed();
    const use: KeyUseOfHold = { bodyHash: KEY.bodyHash, requestId: 'earlier', holdId: before.holdId, state: 'OPEN' };
    const behind = (...items: LedgerItem[]) => stateOf(decide([...items, keyed()], { keyUse: () => use }).verdicts);
    expect(behind()).toMatchObject({ state: 'running' });
    expect(behind(end(before, 3n))).toMatchObject({ state: 'settled' });
    expect(behind(end(before, 0n))).toMatchObject({ verdict: 'granted' });
  });
});

describe('an end that comes twice in one batch', () => {
  it('is written once, and both are told that it is done', () => {
    const hold = place('acme', 5n);
    const ending = end(hold, 3n);
    const decision = decide([hold, ending, ending]);
    expect(decision.verdicts.map(({ verdict }) => verdict)).toEqual(['granted', 'done', 'done']);
    expect([decision.receipts.length, decision.transfers.length]).toEqual([1, 1]);
    const refused = refusal('acme');
    expect(decide([refused, refused]).receipts).toHaveLength(1);
  });

  it('of another wish is refused: the hold has ended', () => {
    const hold = place('acme', 5n);
    expect(verdictsOf([hold, end(hold, 3n), end(hold, 4n)])).toEqual(['granted', 'done', 'not_open']);
  });
});

describe('movements in one batch', () => {
  it('never give back more than was charged, however many there are', () => {
    const refundable = () => ({ walletId: 'acme:RMB', charged: 10n, refunded: 1n });
    const refunds = [3n, 3n, 3n, 1n].map((amount) => move('acme', amount, REFUND));
    expect(decide(refunds, { refundable }).verdicts).toEqual([
      ...[1, 2, 3].map(() => ({ verdict: 'done' })),
      { verdict: 'over_charge', charged: 10n, refunded: 10n },
    ]);
  });

  it('never make a balance more than any amount may be, together', () => {
    const posted = () => NANO_MAX - 9n;
    expect(verdictsOf([move('acme', 5n), move('acme', 5n)], { posted })).toEqual(['done', 'over_balance']);
  });

  it('pay out no code that was revoked', () => {
    const code = move('acme', 5n, { entryKind: 'REDEMPTION', redemptionCodeId: 'c' });
    expect(verdictsOf([code], { isRevoked: () => true })).toEqual(['code_revoked']);
  });
});

describe('a batch of which nothing is to be written', () => {
  it('is one of refusals alone', () => {
    const former = place('acme', 9n);
    const replaces = { holdId: former.holdId, walletId: former.walletId, amount: former.amount, placedAt: former.placedAt };
    expect(writesNothing(decide([place('acme', 5n)], { available: () => 4n }))).toBe(true);
    expect(writesNothing(decide([place('acme', 5n, { replaces })], { available: () => 4n }))).toBe(true);
    for (const item of [place('acme', 5n), move('acme', 5n), refusal('acme'), end(former, 0n)])
      expect(writesNothing(decide([item]))).toBe(false);
  });
});

describe('holds of which nobody was told', () => {
  it('end at what was granted, each with a receipt that says why, and nothing else does', () => {
    const short = place('acme', 9n, { atLeast: 1n, request: requestFacts('acme', { requestId: 'short' }) });
    // Twice, as on SQLite: what the ledger's thread decides on is a copy of its own.
    const batch = () => prepareBatch({ id: 'batch', items: [short, place('acme', 9n), move('acme', 1n)] }, 'owner', NOW);
    const { verdicts } = decideBatch(batch(), { ...OPTIMISTIC, posted: () => 0n, available: () => 4n });
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(['granted', 'insufficient', 'done']);
    const ends = refusedEnds(batch(), verdicts);
    expect(ends).toMatchObject([
      {
        hold: { holdId: short.holdId, amount: 4n, settles: false },
        receipt: {
          requestId: 'short',
          stopReason: 'REFUSED',
          status: 'FAILED',
          errorCode: 'temporarily_unavailable',
          settledAt: NOW,
          holdAmount: 4n,
        },
      },
    ]);
  });
});
