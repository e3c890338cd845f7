/** The examples, as somebody runs them who has read their README: against the demo, with the packages that it names. */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { graph } from '../support/forge-client';
import { CHECKOUT, type GatewayProcess, startGateway } from '../support/gateway-process';

const run = promisify(execFile);

interface AgentRuns {
  readonly agentRuns: {
    readonly nodes: readonly {
      readonly id: string;
      readonly name: string;
      readonly status: string;
      readonly receipt: { readonly requests: number; readonly charges: readonly { readonly bucket: string; readonly amount: string }[] };
    }[];
  };
}

describe('the examples', () => {
  let folder: string;
  let gateway: GatewayProcess;
  let key: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'examples-'));
    cpSync(join(CHECKOUT, 'examples'), folder, { recursive: true });
    symlinkSync(join(CHECKOUT, 'test', 'node_modules'), join(folder, 'node_modules'));
    gateway = await startGateway({ databaseUrl: `sqlite:${join(folder, 'forge.sqlite')}` });
    key = /Demo key\s+(\S+)/.exec(gateway.stdout)?.[1] ?? '';
  });

  afterAll(async () => {
    await gateway?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each([
    ['agent-with-openai.mjs', 'release notes', 2],
    ['agent-with-langchain.mjs', 'essay in three steps', 3],
  ])(
    '%s: %s, in a run of its own with a receipt that it prints',
    async (file, name, calls) => {
      const environment = { PATH: process.env['PATH'] ?? '', TOKENS_FORGE_URL: gateway.origin, TOKENS_FORGE_KEY: key };
      const { stdout } = await run(process.execPath, [join(folder, file)], { cwd: folder, env: environment });
      const fields = '{ nodes { id name status receipt { requests charges { bucket amount } } } }';
      const { agentRuns } = await graph<AgentRuns>(gateway.origin, key, `{ agentRuns ${fields} }`);
      const made = agentRuns.nodes.find((each) => each.name === name);
      expect(made).toMatchObject({ status: 'COMPLETED', receipt: { requests: calls } });
      expect(stdout).toMatch(/simulated/i);
      expect(stdout).toContain(`Receipt of "${name}" (run ${made?.id})`);
      expect(stdout).toContain(`${calls} calls, `);
      const paid = (made?.receipt.charges ?? []).filter(({ amount }) => amount !== '0');
      const told = [...stdout.matchAll(/charged (\S+) \w+ \((\w+)\)/g)].map(([, amount, bucket]) => ({ bucket, amount }));
      expect([told.length, told]).toEqual([1, paid]);
      expect(stdout).toMatch(/left of the budget: 0\.99/);
    },
    600_000,
  );
});
