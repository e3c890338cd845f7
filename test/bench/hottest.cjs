// Lists where the time of a CPU profile went: `node test/bench/hottest.cjs <file.cpuprofile> [how many]`.
// Shares are of the time in which the thread was not idle.
const fs = require('node:fs');

const [file, many = '40'] = process.argv.slice(2);
if (file === undefined) throw new Error('name a .cpuprofile file');
const { nodes, samples, timeDeltas } = JSON.parse(fs.readFileSync(file, 'utf8'));

const own = new Map();
samples.forEach((id, index) => {
  own.set(id, (own.get(id) ?? 0) + timeDeltas[index]);
});
const byId = new Map(nodes.map((node) => [node.id, node]));

function nameOf({ functionName, url, lineNumber }) {
  const place = url.replace(/^.*\/node_modules\//, '').replace(/^.*\/dist\//, 'dist/');
  return `${functionName || '(anonymous)'} ${place}${url === '' ? '' : `:${lineNumber + 1}`}`;
}

const selves = new Map();
const totals = new Map();
const add = (map, key, value) => map.set(key, (map.get(key) ?? 0) + value);

/** Adds up own time, and for each function the time below it, once for each branch. */
function walk(node, above) {
  const name = nameOf(node.callFrame);
  const fresh = !above.has(name);
  if (fresh) above.add(name);
  let time = own.get(node.id) ?? 0;
  add(selves, name, time);
  for (const child of node.children ?? []) time += walk(byId.get(child), above);
  if (fresh) {
    add(totals, name, time);
    above.delete(name);
  }
  return time;
}

const whole = walk(nodes[0], new Set());
const busy = whole - (selves.get('(idle) ') ?? 0);
const share = (value) => `${((value / busy) * 100).toFixed(1).padStart(5)} %`;
const print = (title, map) => {
  const rows = [...map].filter(([name]) => !/^\((root|idle)\)/.test(name)).sort((a, b) => b[1] - a[1]);
  console.log(
    `\n${title}\n${rows
      .slice(0, Number(many))
      .map(([name, value]) => `${share(value)}  ${name}`)
      .join('\n')}`,
  );
};
console.log(`${(busy / 1e6).toFixed(1)} s of ${(whole / 1e6).toFixed(1)} s busy`);
print('own time', selves);
print('with all that they call', totals);
