import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StillClock } from '../../test/support/still-clock';
import { boundConnections, openFilesMax } from './open-files';

/** What the operating system of a process without much to open says of it. */
const LIMITS =
  'Limit                     Soft Limit           Hard Limit           Units\nMax open files            64                   64                   files\n';

describe('the limit of open files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tokens-forge-'));
  const lines: [object, string][] = [];
  const clock = new StillClock();
  const means = { log: { warn: (facts: object, line: string) => void lines.push([facts, line]) }, clock };
  let server: Server;

  beforeEach(() => {
    lines.length = 0;
    server = createServer();
  });
  afterEach(() => void server.close());
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is read where the system tells it, and is none where it does not', () => {
    const file = join(folder, 'limits');
    writeFileSync(file, LIMITS);
    expect([openFilesMax(file), openFilesMax(join(folder, 'nowhere'))]).toEqual([64, null]);
    writeFileSync(file, LIMITS.replaceAll('64  ', 'unlimited'));
    expect(openFilesMax(file)).toBeNull();
  });

  it('leaves a few connections where it is low, half of what it allows elsewhere, and all where there is none', () => {
    const taken = [64, 1_024, null].map((files) => {
      const each = createServer();
      boundConnections(each, files, means);
      return each.maxConnections;
    });
    expect(taken).toEqual([8, 464, undefined]);
    expect(lines).toEqual([[{ openFiles: 64, connections: 8 }, expect.stringContaining('ulimit -n')]]);
  });

  it('turns away what is more than can be served, and tells that once a minute', async () => {
    boundConnections(server, 64, means);
    lines.length = 0;
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const open = async () => {
      const client = connect(port, '127.0.0.1').on('error', () => undefined);
      const taken = Promise.race([once(server, 'connection').then(() => true), once(server, 'drop').then(() => false)]);
      return { client, taken: await taken };
    };
    const clients = [];
    for (let nth = 0; nth < 10; nth += 1) clients.push(await open());
    expect(clients.map(({ taken }) => taken)).toEqual([...Array<boolean>(8).fill(true), false, false]);
    expect(lines).toEqual([[{ openFiles: 64, connections: 8 }, expect.stringContaining('turned away')]]);
    clock.time += 60_000;
    clients.push(await open());
    expect(lines).toHaveLength(2);
    for (const { client } of clients) client.destroy();
  });
});
