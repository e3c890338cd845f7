// The figures as Markdown. Every cell is the median of the rounds; the gain also shows its range.
const { median } = require('./rounds.cjs');

const NAMES = { direct: 'no proxy', bare: 'bare pass-through', sqlite: 'gateway, SQLite', mariadb: 'gateway, MariaDB' };
const DASH = '–';

function row(cells) {
  return `| ${cells.join(' | ')} |`;
}

function table(heads, rows) {
  return [row(heads), row(heads.map(() => '---')), ...rows.map(row)].join('\n');
}

function gainCell({ of, show }, rounds, bare) {
  if (bare === undefined) return DASH;
  const values = rounds.map((each, index) => of(each, bare[index]));
  const range = rounds.length > 1 ? ` (${show(Math.min(...values))}–${show(Math.max(...values))})` : '';
  return `${show(median(values))}${range}`;
}

function columnCell({ of, show }, rounds, bare) {
  const needsBare = of.length > 1;
  if (needsBare && bare === undefined) return DASH;
  return show(median(rounds.map((each, index) => of(each, bare?.[index]))));
}

function sectionTable(section, figures) {
  const bare = figures.bare;
  const rows = Object.entries(figures).map(([name, rounds]) => {
    const compared = name === 'bare' || name === 'direct' ? DASH : gainCell(section.gain, rounds, bare);
    return [NAMES[name], compared, section.goal[name] ?? DASH, ...section.columns.map((column) => columnCell(column, rounds, bare))];
  });
  return `### ${section.title}\n\n${table(['', section.gain.title, 'goal', ...section.columns.map((column) => column.title)], rows)}`;
}

const mb = (value) => (Number.isNaN(value) ? DASH : `${Math.round(value)} MB`);

function memoryTable(targets) {
  const rows = targets.map(({ name, startMs, idle, after }) => [
    NAMES[name],
    `${(startMs / 1_000).toFixed(1)} s`,
    mb(idle.now),
    mb(after.now),
    mb(after.most),
  ]);
  return `### Start and memory\n\n${table(['', 'start', 'idle', 'after the load', 'at most'], rows)}`;
}

const LEDGER_GOALS = { sqlite: '≥ 10,000', mariadb: '≥ 5,000' };
const whole = (value) => Math.round(value).toLocaleString('en-US');

function ledgerTable(measured) {
  const heads = [
    '',
    'pairs/s',
    'goal',
    'hold p50',
    'p99',
    'CPU per pair',
    'on one core',
    'a transaction each',
    'gain (≥ 15)',
    'a transaction each, in one exchange',
    'gain',
    'hold p99 at 500/s (≤ 25 ms)',
  ];
  const entries = measured[0] === undefined ? 0 : measured[0].entries;
  const rows = measured.map(({ kind, empty, alone, atOnce, paced, full, oneCore }) => [
    NAMES[kind].replace('gateway', 'ledger'),
    whole(empty.pairs),
    LEDGER_GOALS[kind],
    `${empty.p50} ms`,
    `${empty.p99} ms`,
    `${empty.cpu} µs`,
    oneCore === null ? '–' : `${whole(oneCore.pairs)} pairs/s`,
    ...gain(alone),
    ...(kind === 'sqlite' ? ['–', '–'] : gain(atOnce)),
    `${paced.p99} ms (${whole(paced.pairs)} pairs/s)`,
    `${whole(full.pairs)} pairs/s`,
    (full.pairs / empty.pairs).toFixed(2),
  ]);
  return `### The ledger alone, one wallet\n\n${table([...heads, `after ${whole(entries)} requests`, 'to empty (≥ 0.8)'], rows)}`;
}

function gain({ pairs, gains }) {
  return [`${whole(pairs)} pairs/s`, `${median(gains).toFixed(1)} (${Math.min(...gains).toFixed(1)}–${Math.max(...gains).toFixed(1)})`];
}

const ms = (waits) => `${waits.p50.toFixed(1)} / ${waits.p99.toFixed(1)} ms`;

function listsTable(measured) {
  const heads = [
    '',
    'receipts',
    'graph p50 / p99',
    'plain SQL',
    'to SQL (≤ 4)',
    'last page',
    'plain SQL',
    'to first (≤ 1)',
    'usage by day',
    'sums of all',
  ];
  const rows = measured.map(({ kind, receipts, graph, raw, graphLast, rawLast, usage, seconds }) => [
    NAMES[kind],
    whole(receipts),
    ms(graph),
    ms(raw),
    (graph.p50 / raw.p50).toFixed(1),
    ms(graphLast),
    ms(rawLast),
    (graphLast.p50 / graph.p50).toFixed(2),
    ms(usage),
    `${seconds.add} s`,
  ]);
  return `### A page of 50 receipts with attempts, entries and channels\n\n${table(heads, rows)}`;
}

function liveTable(measured) {
  const heads = ['', 'subscribers', 'delay p50 / p99, 2 entries a second', 'events/s, 40 entries at once', 'RSS idle', 'with them'];
  const rows = measured.map(({ kind, subscribers, delay, perSecond, memory }) => [
    NAMES[kind],
    whole(subscribers),
    ms(delay),
    whole(perSecond),
    mb(memory.idle),
    mb(memory.followed),
  ]);
  return `### The spend of one account, followed by many over WebSocket\n\n${table(heads, rows)}`;
}

module.exports = { sectionTable, memoryTable, ledgerTable, listsTable, liveTable };
