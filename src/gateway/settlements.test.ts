import { amount } from '../../test/support/catalog-builders';
import { failing, stage } from '../../test/support/stage';
import { Fault } from '../kernel/fault';
import type { LedgerBatch } from '../ledger/ledger-store';

const isEnd = ({ items: [item] }: LedgerBatch) => (item?.kind === 'end' ? item : null);

function refusesContent(batch: LedgerBatch): void {
  if ((isEnd(batch)?.attempts.length ?? 0) > 0) throw new Error('data too long');
}

/** As it gets the end without its content. */
function refusesContentThenIsAway(batch: LedgerBatch): void {
  refusesContent(batch);
  if (isEnd(batch) !== null) throw new Fault('temporarily_unavailable', 'down');
}

describe('a settlement', () => {
  it('is tried again until the ledger takes it, and made once', async () => {
    const set = stage({});
    let failures = 2;
    set.ledger.beforeWrite = ({ items }) => {
      if (items[0]?.kind === 'end' && failures-- > 0) throw new Fault('temporarily_unavailable', 'down');
    };
    const receipt = await set.serve();
    expect(set.ledger.ends).toHaveLength(1);
    expect(set.ledger.wallets.get('acme:RMB')?.posted).toBe(amount('100') - receipt.charge);
  });

  it('that the ledger does not take in time waits on the disk, and the answer is completed', async () => {
    const set = stage({});
    set.ledger.beforeWrite = ({ items }) => {
      if (items[0]?.kind === 'end') throw new Fault('temporarily_unavailable', 'down');
    };
    const receipt = await set.serve();
    expect(set.sink.whole).not.toBeNull();
    const [waiting] = await set.spool.waiting(1);
    expect(waiting).toMatchObject({ receipt, hold: { amount: set.ledger.wallets.get('acme:RMB')?.held, settles: true } });
    expect(set.gateway.unended.size).toBe(0);
  });

  it('that neither ledger nor disk takes goes on in the background, once, while the client is told not to retry', async () => {
    const set = stage({});
    set.spool.beforeKeep = () => {
      throw new Error('disk full');
    };
    let failures = 7;
    set.ledger.beforeWrite = ({ items }) => {
      if (items[0]?.kind === 'end' && failures-- > 0) throw new Fault('temporarily_unavailable', 'down');
    };
    await expect(set.serve()).rejects.toMatchObject({ code: 'internal_error', detail: { retry: false } });
    expect(set.gateway.unended.size).toBe(1);
    await Promise.all(set.gateway.unended);
    expect(set.gateway.unended.size).toBe(0);
    expect(set.ledger.ends).toHaveLength(1);
    expect(set.ledger.wallets.get('acme:RMB')).toEqual({ posted: amount('100') - 19_000n, held: 0n });
  });

  it('whose content the ledger refuses in the background still gives the hold back', async () => {
    const set = stage({});
    set.spool.beforeKeep = () => {
      throw new Error('disk full');
    };
    let failures = 6;
    set.ledger.beforeWrite = ({ items }) => {
      if (items[0]?.kind !== 'end') return;
      if (failures-- > 0) throw new Fault('temporarily_unavailable', 'down');
      if (items[0].attempts.length > 0) throw new Error('data too long');
    };
    await expect(set.serve()).rejects.toMatchObject({ code: 'internal_error' });
    await Promise.all(set.gateway.unended);
    expect(set.ledger.open.size).toBe(0);
    expect(set.ledger.wallets.get('acme:RMB')).toEqual({ posted: amount('100'), held: 0n });
  });

  it('of a request that broke inside the gateway says so on its receipt, gives the hold back, and blames no provider', async () => {
    const set = stage({});
    set.upstream.send = () => {
      throw new Error('a mistake of ours');
    };
    await expect(set.serve()).rejects.toMatchObject({ code: 'internal_error' });
    expect(set.ledger.wallets.get('acme:RMB')).toEqual({ posted: amount('100'), held: 0n });
    const [receipt] = set.ledger.receipts.values();
    expect(receipt).toMatchObject({ status: 'FAILED', stopReason: 'UPSTREAM_ERROR', errorCode: 'internal_error', charge: 0n });
    expect(receipt?.noChargeReason).toMatch(/^Something broke inside the gateway/);
    // Its Idempotency-Key is free again.
    expect(set.ledger.ends[0]?.hold?.settles).toBe(false);
  });

  it('of a hold that another process has ended changes nothing, and the answer is not completed', async () => {
    const set = stage({});
    set.ledger.beforeWrite = ({ items }) => {
      if (items[0]?.kind === 'end') set.ledger.open.clear();
    };
    await expect(set.serve()).rejects.toMatchObject({ code: 'gateway_crashed', detail: { retry: false } });
    expect(set.ledger.wallets.get('acme:RMB')?.posted).toBe(amount('100'));
    expect(set.sink.whole).toBeNull();
  });

  it('whose content the ledger refuses releases the hold at no charge', async () => {
    const set = stage({});
    set.ledger.beforeWrite = refusesContent;
    await expect(set.serve()).rejects.toMatchObject({ code: 'internal_error' });
    expect(set.ledger.open.size).toBe(0);
    const [receipt] = set.ledger.receipts.values();
    expect(receipt).toMatchObject({ status: 'FAILED', stopReason: 'UPSTREAM_ERROR', errorCode: 'internal_error', charge: 0n });
    expect(receipt?.noChargeReason).toMatch(/could not be written in full/);
    expect(set.ledger.wallets.get('acme:RMB')).toEqual({ posted: amount('100'), held: 0n });
    // Its Idempotency-Key is free again.
    expect(set.ledger.ends[0]?.hold?.settles).toBe(false);
  });

  it('whose content the ledger refuses keeps the reason that it had where it failed', async () => {
    const late = failing(null, 'first_byte_timeout');
    const set = stage({ acts: { a: [late, late], b: [late] } });
    set.ledger.beforeWrite = refusesContent;
    await expect(set.serve()).rejects.toMatchObject({ code: 'internal_error', detail: { retry: false } });
    const [receipt] = set.ledger.receipts.values();
    expect(receipt).toMatchObject({ status: 'FAILED', stopReason: 'UPSTREAM_TIMEOUT', errorCode: 'internal_error', charge: 0n });
  });

  it('whose content the ledger refuses before it goes away waits on the disk as what gives the hold back', async () => {
    const set = stage({});
    set.ledger.beforeWrite = refusesContentThenIsAway;
    await expect(set.serve()).rejects.toMatchObject({ code: 'internal_error' });
    expect([set.ledger.ends, set.gateway.unended.size]).toEqual([[], 0]);
    const [waiting] = await set.spool.waiting(1);
    expect(waiting).toMatchObject({ attempts: [], transferId: null, hold: { settles: false }, receipt: { charge: 0n } });
  });

  it('whose content the ledger refuses before it goes away gives the hold back in the background where the disk is full', async () => {
    const set = stage({});
    set.ledger.beforeWrite = refusesContentThenIsAway;
    set.spool.beforeKeep = () => {
      throw new Error('disk full');
    };
    await expect(set.serve()).rejects.toMatchObject({ code: 'internal_error' });
    set.ledger.beforeWrite = () => undefined;
    await Promise.all(set.gateway.unended);
    expect(set.ledger.wallets.get('acme:RMB')).toEqual({ posted: amount('100'), held: 0n });
  });

  it('waits no longer than some seconds for a ledger whose tries take long, and then on the disk', async () => {
    const set = stage({});
    let tries = 0;
    set.ledger.beforeWrite = ({ items }) => {
      if (items[0]?.kind !== 'end') return;
      tries += 1;
      throw new Fault('temporarily_unavailable', 'down');
    };
    set.gateway.clock.monotonic = () => tries * 2_000;
    await set.serve();
    expect([tries, set.spool.kept.size]).toEqual([1, 1]);
  });
});
