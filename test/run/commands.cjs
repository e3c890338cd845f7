// Runs the commands of the checks and of jest. Every function gives back counts: { passed, failed, skipped }.
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const ROOT = path.join(__dirname, '..', '..');
const BINS = [path.join(ROOT, 'test', 'node_modules', '.bin'), path.join(ROOT, 'node_modules', '.bin')];
const PASSED = { passed: 1, failed: 0, skipped: 0 };
const FAILED = { passed: 0, failed: 1, skipped: 0 };

function run(command, args, { cwd = ROOT, quiet }) {
  const program = command === 'node' ? process.execPath : command === 'npm' ? 'npm' : toolOf(command);
  const env = { ...process.env, TZ: 'UTC' };
  const result = spawnSync(program, args, { cwd, env, encoding: 'utf8', maxBuffer: 2 ** 28, stdio: quiet ? 'pipe' : 'inherit' });
  const output = [result.stdout, result.stderr, result.error?.message].filter(Boolean).join('\n');
  return { ok: result.status === 0, output };
}

function toolOf(command) {
  return BINS.map((folder) => path.join(folder, command)).find((file) => fs.existsSync(file)) ?? command;
}

/** Runs one command; says in a line that it passed, or prints all that it said. */
function check({ name, command: [command, ...args], cwd }) {
  const startedAt = Date.now();
  const { ok, output } = run(command, args, { cwd, quiet: true });
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${name} (${[command, ...args].join(' ')}), ${seconds} s`);
  if (!ok) console.log(`\n${output.trim()}\n`);
  return ok ? PASSED : FAILED;
}

/** Runs jest on some of its projects. A suite that cannot be read counts as a failure, and so does jest itself. */
function jest({ projects, workers }, extra) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tokens-forge-tests-'));
  const report = path.join(folder, 'report.json');
  const pace = extra.some((arg) => /^(-i|-w|--runInBand|--maxWorkers)/.test(arg))
    ? []
    : [`--maxWorkers=${Math.min(workers, os.availableParallelism())}`];
  try {
    const { ok } = run('jest', [...extra, ...pace, '--passWithNoTests', '--json', `--outputFile=${report}`, ...selection(projects)], {});
    return fs.existsSync(report) ? countsOf(JSON.parse(fs.readFileSync(report, 'utf8')), ok) : FAILED;
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function selection(projects) {
  return projects.length === 0 ? [] : ['--selectProjects', ...projects];
}

function countsOf(report, ok) {
  const failed = report.numFailedTests + report.numRuntimeErrorTestSuites;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && !ok ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

module.exports = { ROOT, FAILED, run, check, jest };
