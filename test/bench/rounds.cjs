// Runs a section: every target in turn, again in the reverse order, and so on; figures of a round are compared within it.
const SETTLE_MS = 300;
/** Longer before the first section: until then nothing of a target is compiled. */
const WARM_UP_MS = { full: { first: 4_000, later: 1_500 }, quick: { first: 2_500, later: 700 } };

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
 * The first pass warms up, and is thrown away.
 */
async function runSection(section, { targets, rounds, length, first, measure }) {
  const figures = Object.fromEntries(targets.map((target) => [target.name, []]));
  const warmUpMs = WARM_UP_MS[length][first ? 'first' : 'later'];
  for (const target of targets) await measure(target, { ...section.job, settleMs: 0, measureMs: warmUpMs });
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
