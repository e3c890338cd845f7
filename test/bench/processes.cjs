// Starts the processes of a run, each on its core where the machine can do that, and ends them.
const { spawn, spawnSync } = require('node:child_process');
const os = require('node:os');

/** As `npm start` sets the heap of a gateway. */
const HEAP = '--max-semi-space-size=64';
const READY_WITHIN_MS = 30_000;
const GONE_WITHIN_MS = 40_000;

function canPin() {
  return os.availableParallelism() > 1 && spawnSync('taskset', ['-c', '0', 'true']).status === 0;
}

/** What is measured gets core 0; the load and the upstream share core 1. */
const MEASURED_CORE = 0;
const HELPING_CORE = 1;

/** Starts node with `args`; `core` null leaves the place to the system. */
function startNode(args, { core, env = {}, stdio = ['ignore', 'pipe', 'inherit'] }) {
  const command = [process.execPath, ...args];
  if (core !== null) command.unshift('taskset', '-c', String(core));
  // taskset becomes the process that it starts: the id is the id of node.
  return spawn(command[0], command.slice(1), { env: { ...process.env, ...env }, stdio });
}

/** Resolves with the match of `pattern` in what the process prints. Throws when it ends or says nothing in time. */
function waitForOutput(child, pattern, name) {
  return new Promise((resolve, reject) => {
    let printed = '';
    const timer = setTimeout(
      () => reject(new Error(`${name} did not start in ${READY_WITHIN_MS} ms. It said: ${printed}`)),
      READY_WITHIN_MS,
    );
    child.stdout.on('data', (data) => {
      printed += data;
      const match = pattern.exec(printed);
      if (match === null) return;
      clearTimeout(timer);
      resolve(match);
    });
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      reject(new Error(`${name} ended at its start with ${code ?? signal}. It said: ${printed}`));
    });
  });
}

/** Asks the process to end, and waits for it. */
async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), GONE_WITHIN_MS);
  await gone;
  clearTimeout(timer);
}

module.exports = { canPin, HEAP, MEASURED_CORE, HELPING_CORE, startNode, waitForOutput, stop };
