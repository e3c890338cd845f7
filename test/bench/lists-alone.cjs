// Runs test/bench/lists.ts for a kind of database, and reads the line that it prints.
const path = require('node:path');
const { startNode } = require('./processes.cjs');

const root = path.join(__dirname, '../..');
const KINDS = { sqlite: 'sqlite', mariadb: 'mysql' };

/** One account with a long history; a page of 50 receipts with attempts, entries and channels, one after the other. */
async function measureLists(kind, { receipts, rounds }) {
  const script = path.join(__dirname, 'lists.ts');
  const args = ['-r', path.join(root, 'scripts/register.cjs'), script, KINDS[kind], String(receipts), String(rounds)];
  const child = startNode(args, { core: null });
  let printed = '';
  child.stdout.on('data', (data) => {
    printed += data;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  const line = printed.split('\n').find((each) => each.startsWith('{'));
  if (code !== 0 || line === undefined) throw new Error(`the lists on ${kind} ended with ${code}. They said: ${printed}`);
  return { kind, ...JSON.parse(line) };
}

module.exports = { measureLists };
