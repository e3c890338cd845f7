// The test command. `npm test` runs the checks and every suite that this machine can run; `npm run check` the checks and
// the suites that need no service. Further arguments go to jest. The last line is `N passed, N failed`; a check counts as one.
const { check, FAILED, jest } = require('./run/commands.cjs');
const { missingPackages } = require('./run/packages.cjs');
const { missingServices } = require('./run/services.cjs');
const { rounds, steps } = require('./run/steps.cjs');

const build = { name: 'build', command: ['node', 'scripts/build.cjs', '--if-needed'] };

function roundsFor(onlyChecks, extra) {
  if (extra.some((arg) => arg.startsWith('--selectProjects'))) return [{ projects: [], workersOn: () => 1 }];
  return rounds.filter((round) => !round.needsServices || !onlyChecks);
}

function sum(counts) {
  const total = (field) => counts.reduce((all, each) => all + each[field], 0);
  return { passed: total('passed'), failed: total('failed'), skipped: total('skipped') };
}

function finish({ passed, failed, skipped }, missing) {
  for (const line of missing) console.log(line);
  console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}

async function main(args) {
  const onlyChecks = args.includes('--check');
  const extra = args.filter((arg) => arg !== '--check');
  const missing = onlyChecks ? [] : await missingServices(process.env);
  if (missing.length > 0 && process.env.CI) {
    console.log('In CI every service must be there.');
    return finish(FAILED, missing);
  }
  const counts = [];
  for (const step of [build, ...missingPackages()]) counts.push(await check(step));
  counts.push(...(await Promise.all(steps.map(check))));
  for (const round of roundsFor(onlyChecks, extra)) counts.push(jest(round, extra));
  return finish(sum(counts), missing);
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
