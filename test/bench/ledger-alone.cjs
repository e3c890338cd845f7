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

/** Other work on the machine comes and goes: batches and transactions of one item each are measured in turns. */
const TURNS = 3;

function middle(turns) {
  return turns.toSorted((a, b) => a.pairs - b.pairs)[TURNS >> 1];
}

/** What batches gain over `other`, in each turn. */
function comparedWith(other, turns) {
  const gains = turns.map((turn) => turn.empty.pairs / turn[other].pairs);
  return { pairs: middle(turns.map((turn) => turn[other])).pairs, gains };
}

/**
 * One wallet, full durability; a pair is a hold and its settlement with receipt and attempt. There is no load to keep away, so
 * the system places the threads; `oneCore`: all of them on one, null where that cannot be said.
 */
async function measureLedger(kind, { seconds, entries }) {
  const turns = [];
  for (let turn = 0; turn < TURNS; turn += 1) {
    const empty = await run(kind, [IN_FLIGHT, seconds, 'grouped']);
    const alone = await run(kind, [ALONE_IN_FLIGHT, seconds, 'single']);
    // In the process, there is no exchange to be spared.
    const atOnce = kind === 'sqlite' ? alone : await run(kind, [ALONE_IN_FLIGHT, seconds, 'at-once']);
    turns.push({ empty, alone, atOnce });
  }
  const oneCore = canPin() ? await run(kind, [IN_FLIGHT, seconds, 'grouped'], MEASURED_CORE) : null;
  const paced = await run(kind, [IN_FLIGHT, seconds, 'paced']);
  const full = await run(kind, [IN_FLIGHT, seconds, 'grouped', entries]);
  const empty = middle(turns.map((turn) => turn.empty));
  return { kind, entries, empty, alone: comparedWith('alone', turns), atOnce: comparedWith('atOnce', turns), paced, full, oneCore };
}

module.exports = { measureLedger };
