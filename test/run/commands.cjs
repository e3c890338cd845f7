// Runs the commands of the checks and of jest. Every function gives back counts: { passed, failed, skipped }.
const { execFile, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const ROOT = path.join(__dirname, '..', '..');
const BINS = [path.join(ROOT, 'test', 'node_modules', '.bin'), path.join(ROOT, 'node_modules', '.bin')];
const MOST_OUTPUT = 2 ** 28;
const PASSED = { passed: 1, failed: 0, skipped: 0 };
const FAILED = { passed: 0, failed: 1, skipped: 0 };

/** Runs a command in the terminal of this one. */
function run(command, args) {
  return spawnSync(programOf(command), args, { cwd: ROOT, env: environment(), stdio: 'inherit' }).status === 0;
}

/** Runs a command and keeps what it says. */
function runQuietly(command, args, cwd = ROOT) {
  return new Promise((resolve) => {
    execFile(programOf(command), args, { cwd, env: environment(), maxBuffer: MOST_OUTPUT }, (error, stdout, stderr) =>
      resolve({ ok: error === null, output: [stdout, stderr, error?.message].filter(Boolean).join('\n') }),
    );
  });
}

function environment() {
  return { ...process.env, TZ: 'UTC' };
}

function programOf(command) {
  if (command === 'node') return process.execPath;
  return BINS.map((folder) => path.join(folder, command)).find((file) => fs.existsSync(file)) ?? command;
}

/** Runs one command; says in a line that it passed, or prints all that it said. */
async function check({ name, command: [command, ...args], cwd }) {
  const startedAt = Date.now();
  const { ok, output } = await runQuietly(command, args, cwd);
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${name} (${[command, ...args].join(' ')}), ${seconds} s`);
  if (!ok) console.log(`\n${output.trim()}\n`);
  return ok ? PASSED : FAILED;
}

/** Runs jest on some of its projects. A suite that cannot be read counts as a failure, and so does jest itself. */
function jest({ projects, workersOn }, extra) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tokens-forge-tests-'));
  const report = path.join(folder, 'report.json');
  const pace = extra.some((arg) => /^(-i|-w|--runInBand|--maxWorkers)/.test(arg))
    ? []
    : [`--maxWorkers=${workersOn(os.availableParallelism())}`];
  try {
    const ok = run('jest', [...extra, ...pace, '--passWithNoTests', '--json', `--outputFile=${report}`, ...selection(projects)]);
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
