// Starts what is measured, and the upstream and the load that measure it.
const path = require('node:path');
const { AUTHORIZATION, startGateway } = require('./gateway.cjs');
const { HELPING_CORE, MEASURED_CORE, startNode, stop, waitForOutput } = require('./processes.cjs');
const { databaseServerPid, memoryMb } = require('./proc.cjs');

const beside = (file) => path.join(__dirname, file);

async function startPlain(name, file, args, core) {
  const startedAt = performance.now();
  const child = startNode([beside(file), ...args], { core });
  const [, port] = await waitForOutput(child, /listening on (\d+)/, name);
  const startMs = performance.now() - startedAt;
  return { name, port: Number(port), pid: child.pid, startMs, idle: memoryMb(child.pid), close: () => stop(child) };
}

/** The load as a function: one job in, its counts out. */
function startLoad(core, watchedAlways) {
  const child = startNode([beside('load.cjs')], { core, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const measure = (target, job) =>
    new Promise((resolve, reject) => {
      child.once('message', ({ result, error }) => {
        if (error === undefined) resolve(result);
        else reject(new Error(`${target.name}: ${error}`));
      });
      const watched = { ...watchedAlways, load: child.pid, target: target.pid };
      child.send({ ...job, port: target.port, authorization: AUTHORIZATION, watched });
    });
  return { measure, close: () => stop(child) };
}

/**
 * Everything that a run needs, running. Left out, with a line on standard error: gateways whose database does not answer.
 * `close` ends it all.
 */
async function startAll({ targets: wanted, pinned, dist, profile }) {
  const core = pinned ? MEASURED_CORE : null;
  const helpingCore = pinned ? HELPING_CORE : null;
  const opened = [];
  const close = async () => {
    for (const each of opened.toReversed()) await each.close();
  };
  const opens = async (starting) => {
    const each = await starting;
    if (each !== null) opened.push(each);
    return each;
  };
  try {
    const upstream = await opens(startPlain('upstream', 'upstream.cjs', [], helpingCore));
    const targets = [];
    for (const kind of wanted) {
      const bare = () => startPlain('bare', 'bare-proxy.cjs', [String(upstream.port)], core);
      const gateway = () => startGateway({ kind, dist, core, profile, upstreamPort: upstream.port });
      const target = await opens(kind === 'bare' ? bare() : gateway());
      if (target === null) console.error(`left out: ${kind}, because its server does not answer (set TEST_MYSQL_URL)`);
      else targets.push(target);
    }
    const database = databaseServerPid();
    const load = await opens(startLoad(helpingCore, { upstream: upstream.pid, ...(database === null ? {} : { database }) }));
    return { upstream, targets, measure: load.measure, close };
  } catch (error) {
    await close();
    throw error;
  }
}

module.exports = { startAll };
