// Runs a section: every target in turn, again in the reverse order, and so on; figures of a round are compared within it.
const SETTLE_MS = 300;
const WARM_UP_MS = { full: 2_500, quick: 1_500 };

/** What a process that was measured did in a window. `perSecond` counts what the section counts. */
function figuresOf(section, target, result) {
  const counted = section.count(result);
  const cpu = result.cpu.target;
  const database = target.name === 'mariadb' ? (result.cpu.database ?? Number.NaN) : Number.NaN;
  return {
    ...result,
    perSecond: counted / result.seconds,
    cpuUs: (cpu / counted) * 1e6,
    databaseUs: (database / counted) * 1e6,
    core: cpu / result.seconds,
  };
}

/**
 * Gives, for each target, its figures of every round, as `{ target: [figures, …] }`. `measure` runs one job of the load.
 * The first pass is thrown away: until then the code of the targets is not compiled.
 */
async function runSection(section, { targets, rounds, length, measure }) {
  const figures = Object.fromEntries(targets.map((target) => [target.name, []]));
  for (const target of targets) await measure(target, { ...section.job, settleMs: 0, measureMs: WARM_UP_MS[length] });
  for (let round = 0; round < rounds; round += 1) {
    for (const target of round % 2 === 0 ? targets : targets.toReversed()) {
      const result = await measure(target, { ...section.job, settleMs: SETTLE_MS, measureMs: section.seconds[length] * 1_000 });
      figures[target.name].push(figuresOf(section, target, result));
    }
  }
  return figures;
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

module.exports = { runSection, median };
