// Starts the compiled gateway on a database of its own, with a catalog of one model and a wallet that does not run dry.
const { randomBytes } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { folderOnDisk, makeDatabase } = require('./databases.cjs');
const { HEAP, startNode, stop, waitForOutput } = require('./processes.cjs');
const { memoryMb } = require('./proc.cjs');

const SECRET = 'sk-tf-bench-key';

/** The name of the model changes on the way, as it does in most routes: the body has to be edited. */
function catalogFor(upstreamPort) {
  return {
    channels: [{ id: 'bench', protocol: 'openai', baseUrl: `http://127.0.0.1:${upstreamPort}/v1`, apiKey: 'sk-upstream' }],
    models: [{ id: 'bench', contextWindow: 128_000, maxOutputTokens: 16_384 }],
    routes: [
      {
        model: 'bench',
        type: 'ORDINARY',
        price: { input: '0.80', cachedInput: '0.08', output: '3.20' },
        channels: [{ channel: 'bench', upstreamModel: 'bench-upstream' }],
      },
    ],
    accounts: [
      {
        id: 'bench',
        name: 'Bench',
        wallets: { RMB: '1000000' },
        keys: [{ id: 'bench', name: 'bench', secret: SECRET, routePolicy: 'ORDINARY_ONLY' }],
      },
    ],
  };
}

/** Null, when the database server that it needs does not answer. */
async function startGateway({ kind, dist, core, upstreamPort, profile }) {
  const folder = folderOnDisk();
  const database = await makeDatabase(kind, folder);
  const removeFolder = () => fs.rmSync(folder, { recursive: true, force: true });
  if (database === null) {
    removeFolder();
    return null;
  }
  const catalog = path.join(folder, 'catalog.json');
  fs.writeFileSync(catalog, JSON.stringify(catalogFor(upstreamPort)));
  const log = fs.openSync(path.join(folder, 'gateway.log'), 'w');
  const profiling = profile === null ? [] : ['--cpu-prof', '--cpu-prof-dir', path.join(profile, kind)];
  const startedAt = performance.now();
  const child = startNode([...profiling, HEAP, path.join(dist, 'src/main.js')], {
    core,
    stdio: ['ignore', 'pipe', log],
    env: {
      HOST: '127.0.0.1',
      PORT: '0',
      DATABASE_URL: database.url,
      CATALOG: catalog,
      UPSTREAM_ALLOW_PRIVATE: 'true',
      ADMIN_TOKEN: randomBytes(24).toString('hex'),
      MASTER_KEY: randomBytes(32).toString('base64'),
    },
  });
  const close = async () => {
    await stop(child);
    await database.drop();
    removeFolder();
  };
  try {
    const [, port] = await waitForOutput(child, /http:\/\/127\.0\.0\.1:(\d+)/, `the gateway on ${kind}`);
    const startMs = performance.now() - startedAt;
    return { name: kind, port: Number(port), pid: child.pid, startMs, idle: memoryMb(child.pid), durability: database.durability, close };
  } catch (error) {
    const said = fs.readFileSync(path.join(folder, 'gateway.log'), 'utf8');
    await close();
    throw new Error(`${error.message}\n${said}`, { cause: error });
  }
}

module.exports = { startGateway, AUTHORIZATION: `Bearer ${SECRET}` };
