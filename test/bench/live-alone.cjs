// Runs test/bench/live.ts for a kind of database, and reads the line that it prints.
const path = require('node:path');
const { startNode } = require('./processes.cjs');

const root = path.join(__dirname, '../..');
const KINDS = { sqlite: 'sqlite', mariadb: 'mysql' };

/** So many follow the spend of one account, each over a connection of its own. */
async function measureLive(kind, { subscribers, seconds }) {
  const script = path.join(__dirname, 'live.ts');
  const args = ['-r', path.join(root, 'scripts/register.cjs'), script, KINDS[kind], String(subscribers), String(seconds)];
  const child = startNode(args, { core: null });
  let printed = '';
  child.stdout.on('data', (data) => {
    printed += data;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  const line = printed.split('\n').find((each) => each.startsWith('{'));
  if (code !== 0 || line === undefined) throw new Error(`the followers on ${kind} ended with ${code}. They said: ${printed}`);
  return { kind, ...JSON.parse(line) };
}

module.exports = { measureLive };
