// Runs test/bench/ledger.ts for a kind of database in each of its modes, and reads the line that it prints.
const path = require('node:path');
const { canPin, HEAP, MEASURED_CORE, startNode } = require('./processes.cjs');

const root = path.join(__dirname, '../..');
const KINDS = { sqlite: 'sqlite', mariadb: 'mysql' };
const FIGURES = /: (\d+) pairs\/s, hold p50 ([\d.]+) ms p99 ([\d.]+) ms, (\d+) µs CPU a pair\n/;
/** Two full batches: one is written while the other one is made. */
const IN_FLIGHT = 1_024;
/** As many connections as a gateway without batches would have. */
const ALONE_IN_FLIGHT = 64;

async function run(kind, args, core = null) {
  const script = path.join(__dirname, 'ledger.ts');
  const child = startNode([HEAP, '-r', path.join(root, 'scripts/register.cjs'), script, KINDS[kind], ...args.map(String)], { core });
  let printed = '';
  child.stdout.on('data', (data) => {
    printed += data;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  const [, pairs, p50, p99, cpu] = FIGURES.exec(printed) ?? [];
  if (code !== 0 || pairs === undefined) throw new Error(`the ledger on ${kind} ended with ${code}. It said: ${printed}`);
  return { pairs: Number(pairs), p50: Number(p50), p99: Number(p99), cpu: Number(cpu) };
}

/**
 * One wallet, full durability; a pair is a hold and its settlement with receipt and attempt. There is no load to keep away, so
 * the system places the threads; `oneCore`: all of them on one, null where that cannot be said.
 */
async function measureLedger(kind, { seconds, entries }) {
  const empty = () => run(kind, [IN_FLIGHT, seconds, 'grouped']);
  const before = await empty();
  const alone = await run(kind, [ALONE_IN_FLIGHT, seconds, 'single']);
  const paced = await run(kind, [IN_FLIGHT, seconds, 'paced']);
  const full = await run(kind, [IN_FLIGHT, seconds, 'grouped', entries]);
  const after = await empty();
  const oneCore = canPin() ? await run(kind, [IN_FLIGHT, seconds, 'grouped'], MEASURED_CORE) : null;
  // Once more at the end: other work on the machine comes and goes, and both ratios are taken to the middle of the two.
  return { kind, entries, empty: { ...before, pairs: (before.pairs + after.pairs) / 2 }, alone, paced, full, oneCore };
}

module.exports = { measureLedger };
