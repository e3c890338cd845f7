// Runs a measuring script for a kind of database in a process of its own, and reads the line of JSON that it prints.
const path = require('node:path');
const { startNode } = require('./processes.cjs');

const root = path.join(__dirname, '../..');
const KINDS = { sqlite: 'sqlite', mariadb: 'mysql' };

/** @param file beside this one; `args` follow the kind of database */
async function measureAlone(file, kind, args) {
  const child = startNode(['-r', path.join(root, 'scripts/register.cjs'), path.join(__dirname, file), KINDS[kind], ...args.map(String)], {
    core: null,
  });
  let printed = '';
  child.stdout.on('data', (data) => {
    printed += data;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  const line = printed.split('\n').find((each) => each.startsWith('{'));
  if (code !== 0 || line === undefined) throw new Error(`${file} on ${kind} ended with ${code}. It said: ${printed}`);
  return { kind, ...JSON.parse(line) };
}

/** One account with a long history; a page of 50 receipts with attempts, entries and channels, one after the other. */
const measureLists = (kind, { receipts, rounds }) => measureAlone('lists.ts', kind, [receipts, rounds]);
/** So many follow the spend of one account, each over a connection of its own. */
const measureLive = (kind, { subscribers, seconds }) => measureAlone('live.ts', kind, [subscribers, seconds]);

module.exports = { measureLists, measureLive };
