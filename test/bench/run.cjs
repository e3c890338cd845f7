// `npm run bench`: how fast the gateway is, as ratios to a bare pass-through in the same run. See README.md beside it.
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { measureLedger } = require('./ledger-alone.cjs');
const { measureLists, measureLive } = require('./script-alone.cjs');
const { readOptions } = require('./options.cjs');
const { canPin } = require('./processes.cjs');
const { memoryMb } = require('./proc.cjs');
const { median, runSection } = require('./rounds.cjs');
const { SECTIONS } = require('./sections.cjs');
const { ledgerTable, listsTable, liveTable, memoryTable, sectionTable } = require('./tables.cjs');
const { startAll } = require('./targets.cjs');

const README = path.join(__dirname, 'README.md');
const MARKS = /(<!-- results -->\n)[\s\S]*(<!-- end of results -->)/;

function surroundings(options, pinned, targets) {
  const [cpu] = os.cpus();
  const place = pinned
    ? 'each target alone on one core with all of its threads; load and upstream together on another'
    : `processes placed by the system${options.unpinned ? '' : ' (taskset or a second core is missing)'}`;
  return [
    `- ${os.availableParallelism()} cores (${cpu?.model.trim()}), Node ${process.version}, ${os.type()} ${os.machine()}`,
    `- ${place}`,
    ...targets.flatMap(({ durability }) => (durability === undefined ? [] : [`- ${durability}`])),
    `- ${options.rounds} rounds; each cell is their median`,
  ];
}

async function runSections(options, running, length) {
  const parts = [];
  const strangers = [];
  for (const name of options.sections.filter((each) => each in SECTIONS)) {
    const section = SECTIONS[name];
    console.error(`measuring: ${section.title}`);
    const direct = name === 'whole' ? [{ name: 'direct', port: running.upstream.port, pid: running.upstream.pid }] : [];
    const targets = [...direct, ...running.targets];
    const first = parts.length === 0;
    const figures = await runSection(section, { targets, rounds: options.rounds, length, first, measure: running.measure });
    parts.push(sectionTable(section, figures));
    strangers.push(...running.targets.flatMap(({ name }) => figures[name].map((each) => each.strangers)));
  }
  return { parts, strangers };
}

async function measureLedgers(options) {
  if (!options.sections.includes('ledger')) return [];
  console.error('measuring: the ledger alone');
  const lines = [];
  for (const kind of options.targets.filter((each) => each !== 'bare')) {
    lines.push(await measureLedger(kind, { seconds: options.quick ? 2 : 5, entries: options.entries }));
  }
  return [ledgerTable(lines)];
}

async function measureAllLists(options) {
  if (!options.sections.includes('lists')) return [];
  console.error('measuring: pages of lists');
  const lines = [];
  for (const kind of options.targets.filter((each) => each !== 'bare')) {
    lines.push(await measureLists(kind, { receipts: options.history, rounds: options.quick ? 200 : 1_000 }));
  }
  return [listsTable(lines)];
}

async function measureAllLive(options) {
  if (!options.sections.includes('live')) return [];
  console.error('measuring: those who follow live');
  const lines = [];
  for (const kind of options.targets.filter((each) => each !== 'bare')) {
    lines.push(await measureLive(kind, { subscribers: 2_000, seconds: options.quick ? 3 : 10 }));
  }
  return [liveTable(lines)];
}

async function bench(options) {
  const pinned = !options.unpinned && canPin();
  if (!options.sections.some((name) => name in SECTIONS)) return { about: surroundings(options, pinned, []).join('\n'), tables: [] };
  const running = await startAll({ ...options, pinned });
  try {
    const { parts, strangers } = await runSections(options, running, options.quick ? 'quick' : 'full');
    const targets = running.targets.map((each) => ({ ...each, after: memoryMb(each.pid) }));
    const busy = strangers.length === 0 ? [] : [`- other work on the machine took ${median(strangers).toFixed(2)} cores (median)`];
    const about = [...surroundings(options, pinned, targets), ...busy].join('\n');
    return { about, tables: [...parts, memoryTable(targets)] };
  } finally {
    await running.close();
  }
}

async function main() {
  const options = readOptions(process.argv.slice(2));
  if (options.usage !== undefined) return console.log(options.usage);
  if (!fs.existsSync(path.join(options.dist, 'src/main.js'))) throw new Error(`there is no build in ${options.dist}: run npm run build`);
  const { about, tables } = await bench(options);
  const alone = [await measureLedgers(options), await measureAllLists(options), await measureAllLive(options)].flat();
  const report = [about, ...tables, ...alone].join('\n\n');
  console.log(report);
  if (options.write) fs.writeFileSync(README, fs.readFileSync(README, 'utf8').replace(MARKS, `$1\n${report}\n\n$2`));
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
