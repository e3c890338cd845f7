/** What statements promise, whatever database stands behind them: months that join to the nano. */
import { systemClock } from '../../src/kernel/clock';
import { formatDecimal } from '../../src/kernel/money';
import { checkTotals, type KindTotal, monthOf, type Period, type StatementWallet, Tally } from '../../src/ledger/statement/statement';
import { csvStatement, jsonStatement, type StatementFormat } from '../../src/ledger/statement/statement-text';
import type { LedgerEntry } from '../../src/ledger/wallet';
import { SqlStatements } from '../../src/storage/money-facts/statements';
import type { DatabaseKind } from '../support/databases';
import { ledgerBed } from '../support/ledger-bed';
import { end, move, place } from '../support/ledger-items';
import { seededRandom } from '../support/seeded-random';

const MONTHS = ['2026-07', '2026-08', '2026-09', '2026-10', '2026-11', '2026-12'];
const ENTRIES = 2_000;

describe.each<DatabaseKind>(['sqlite', 'mysql'])('statements on %s', (kind) => {
  let statements: SqlStatements;
  let now = 0;
  const bed = ledgerBed(kind, {
    clock: { ...systemClock, now: () => now },
    prepare: async () => {
      statements = new SqlStatements(bed.open.dataSource, { read: 7, summed: 5 });
    },
  });
  const { promise, write } = bed;

  const newAccount = () => bed.accountWith(0n);

  async function walletOf(account: string, month: string, bucket = 'RMB'): Promise<StatementWallet> {
    const wallet = (await statements.wallets(account, monthOf(month))).find((each) => each.bucket === bucket);
    if (wallet === undefined) throw new Error(`${account} has no ${bucket}`);
    return wallet;
  }

  async function entriesOf(wallet: StatementWallet): Promise<LedgerEntry[]> {
    const entries: LedgerEntry[] = [];
    for await (const entry of statements.entries(wallet)) entries.push(entry);
    return entries;
  }

  async function textOf(format: StatementFormat, accountId: string, month: string): Promise<string> {
    const period = monthOf(month);
    let text = '';
    for await (const piece of format({ accountId, month, period, wallets: await statements.wallets(accountId, period) }, statements))
      text += piece;
    return text;
  }

  /** Charges and movements over three months, in batches of random size. Gives the ids of the charges. */
  async function busyMonths(account: string): Promise<Set<string>> {
    const random = seededRandom();
    const [start, stop] = [monthOf('2026-08').from, monthOf('2026-11').to];
    const charges = new Set<string>();
    now = start;
    await write(move(account, 10n ** 15n));
    for (let nth = 0; nth < ENTRIES; nth += 1) {
      now = start + Math.floor(((stop - start) * nth) / ENTRIES);
      const holds = Array.from({ length: random.between(1, 40) }, () => place(account, BigInt(random.between(1, 1e9))));
      const ends = holds.map((hold) => end(hold, hold.amount));
      await write(...holds);
      await write(...ends, move(account, BigInt(random.between(1, 1e9))), move(account, -BigInt(random.between(1, 1e9))));
      for (const { transferId } of ends) charges.add(transferId ?? '');
      nth += holds.length;
    }
    return charges;
  }

  async function tallied(wallet: StatementWallet, { from, to }: Period, charges: Set<string>): Promise<readonly KindTotal[]> {
    const tally = new Tally(wallet);
    for (const entry of await entriesOf(wallet)) {
      tally.add(entry);
      expect(entry.createdAt >= from && entry.createdAt < to).toBe(true);
      charges.delete(entry.id);
    }
    return tally.close();
  }

  promise('of consecutive months reconcile to the nano, with every entry in one of them', async () => {
    const account = await newAccount();
    const charges = await busyMonths(account);
    let balance = 0n;
    for (const month of MONTHS) {
      const wallet = await walletOf(account, month);
      expect({ month, opening: wallet.opening }).toEqual({ month, opening: balance });
      expect(await statements.totals(wallet)).toEqual(await tallied(wallet, monthOf(month), charges));
      balance = wallet.closing;
    }
    expect(charges.size).toBe(0);
    const [row] = await bed.database.query(`SELECT posted FROM wallet WHERE id = '${account}:RMB'`);
    expect(balance).toBe(row?.['posted']);
  });

  promise('count an entry at the last instant of a month in it, and one at the first of the next in the next', async () => {
    const account = await newAccount();
    now = monthOf('2026-11').to - 1;
    await write(move(account, 5n));
    now += 1;
    await write(move(account, 7n));
    expect(await walletOf(account, '2026-11')).toMatchObject({ opening: 0n, closing: 5n });
    expect(await walletOf(account, '2026-12')).toMatchObject({ opening: 5n, closing: 12n });
    expect(await walletOf(account, '2027-01')).toMatchObject({ opening: 12n, closing: 12n });
    expect((await entriesOf(await walletOf(account, '2026-12'))).map(({ amount }) => amount)).toEqual([7n]);
  });

  promise('stay as they were when money moves after they were asked for', async () => {
    const account = await newAccount();
    now = monthOf('2027-02').from + 1;
    await write(move(account, 5n));
    const wallet = await walletOf(account, '2027-02');
    await write(move(account, 6n));
    expect((await entriesOf(wallet)).map(({ amount }) => amount)).toEqual([5n]);
    expect(() => checkTotals(wallet, [])).toThrow(/do not lead/);
  });

  promise('add up exactly what passed through a wallet, also when it is more in all than any column holds', async () => {
    const account = await newAccount();
    now = monthOf('2027-01').from + 1;
    const most = 2n ** 62n;
    for (let nth = 0; nth < 3; nth += 1) {
      await write(move(account, most));
      await write(move(account, -most));
    }
    expect(await statements.totals(await walletOf(account, '2027-01'))).toEqual([
      { kind: 'TOP_UP', entries: 3, amount: 3n * most },
      { kind: 'ADJUSTMENT', entries: 3, amount: -3n * most },
    ]);
  });

  promise('as CSV let no text become a formula or another column', async () => {
    const account = await newAccount();
    now = monthOf('2027-03').from + 1;
    const memos = ['=HYPERLINK("http://x")', '+1', '-1', '@x', '\tx', '\uff1d1+1', 'a,"b"\r\nc', 'plain'];
    for (const memo of memos) await write(move(account, 10n ** 9n, { memo }));
    await write(move(account, -(10n ** 8n), { memo: null }));
    const csv = await textOf(csvStatement, account, '2027-03');
    const cells = [`"'=HYPERLINK(""http://x"")"`, "'+1", "'-1", "'@x", "'\tx", "'\uff1d1+1", '"a,""b""\r\nc"', 'plain'];
    for (const cell of cells) expect(csv).toContain(`,${cell}\r\n`);
    expect(csv).toContain(',ADJUSTMENT,-0.1,7.9,');
    const wallet = `${account},2027-03,${account}:RMB,CNY`;
    expect(csv).toContain(`${wallet},OPENING,2027-03-01T00:00:00.000Z,,,0,,,,,,\r\n`);
    expect(csv).toContain(`${wallet},TOTAL,,TOP_UP,8,,,,,,8,\r\n`);
    expect(csv).toContain(`${wallet},CLOSING,2027-04-01T00:00:00.000Z,,,7.9,,,,,,\r\n`);
  });

  promise('as JSON say the same, with amounts as exact strings', async () => {
    const account = await newAccount();
    now = monthOf('2027-05').from + 1;
    await write(move(account, 2n ** 61n, { memo: '"quoted"' }), move(account, 1n, {}, 'CREDIT'));
    const told = JSON.parse(await textOf(jsonStatement, account, '2027-05')) as {
      wallets: { wallet: string; opening: string; closing: string; entries: { amount: string; memo: string | null }[]; totals: object[] }[];
    };
    const all = formatDecimal(2n ** 61n);
    expect(told.wallets.map(({ wallet, opening, closing }) => [wallet, opening, closing])).toEqual([
      [`${account}:RMB`, '0', all],
      [`${account}:CREDIT`, '0', '0.000000001'],
    ]);
    expect(told.wallets[0]?.entries).toMatchObject([{ amount: all, memo: '"quoted"', balanceAfter: all }]);
    expect(told.wallets[0]?.totals).toEqual([{ kind: 'TOP_UP', entries: 1, amount: all }]);
    expect(JSON.parse(await textOf(jsonStatement, account, '2027-06'))).toMatchObject({
      wallets: [{ opening: all, entries: [], closing: all }, {}],
    });
  });

  promise('of an account that does not exist have no wallet', async () => {
    expect(await statements.wallets('nobody', monthOf('2026-11'))).toEqual([]);
    expect(await statements.wallets('kein Könto', monthOf('2026-11'))).toEqual([]);
  });
});

describe('the month of a statement', () => {
  it('is a month in UTC', () => {
    expect(monthOf('2026-12')).toEqual({ from: Date.UTC(2026, 11, 1), to: Date.UTC(2027, 0, 1) });
  });

  it.each(['1970-01', '2999-12'])('may be %s: its ends have years of four digits', (text) => {
    const { from, to } = monthOf(text);
    expect([from, to].map((ms) => new Date(ms).toISOString())).toEqual([
      expect.stringMatching(/^\d{4}-/),
      expect.stringMatching(/^\d{4}-/),
    ]);
  });

  it.each(['9999-12', '9999-11', '3000-01', '0000-01', '2026-13', '2026-00', '2026-1', '26-01', '1969-12', '', '2026-11-01', '2026-11 '])(
    'is not "%s"',
    (text) => {
      expect(() => monthOf(text)).toThrow(/^month must be a month from 1970-01 to 2999-12, such as 2026-11, not /);
    },
  );
});
