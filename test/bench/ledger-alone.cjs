// Runs test/bench/ledger.ts for a kind of database, and reads the line that it prints.
const path = require('node:path');
const { startNode, waitForOutput } = require('./processes.cjs');

const root = path.join(__dirname, '../..');
const KINDS = { sqlite: 'sqlite', mariadb: 'mysql' };

async function measureLedger(kind, { core, seconds }) {
  const script = path.join(__dirname, 'ledger.ts');
  const child = startNode(['-r', path.join(root, 'scripts/register.cjs'), script, KINDS[kind], '256', String(seconds)], { core });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const [, pairs, rest] = await waitForOutput(child, /: (\d+) pairs\/s, (.*)\n/, `the ledger on ${kind}`);
  await ended;
  return { kind, pairs: Number(pairs).toLocaleString('en-US'), rest };
}

module.exports = { measureLedger };
