import { nextTick } from 'node:process';
import type { WebSocket } from 'ws';
import { gate } from '../../../../test/support/eventually';
import { MemoryKeyStore, MemorySettings } from '../../../../test/support/memory-stores';
import { aKey } from '../../../../test/support/receipt-builders';
import { StillClock } from '../../../../test/support/still-clock';
import { systemClock } from '../../../kernel/clock';
import { KeyRing } from '../../../keys/authenticate';
import { expelRevoked, LiveConnection } from './live-connection';

/** Of a client that takes everything at once. */
const swiftSocket = {
  ...{ OPEN: 1, readyState: 1, bufferedAmount: 0 },
  on: () => swiftSocket,
  send: (_message: string, sent: () => void) => nextTick(sent),
};

/** Writes down what it was closed with. */
function closableSocket() {
  const closed: number[] = [];
  const socket = { ...swiftSocket, on: () => socket, close: (code: number) => void closed.push(code), terminate: () => undefined };
  return { socket: socket as unknown as WebSocket, closed };
}

describe('a live connection', () => {
  it('whose client takes whatever it is sent lets others in meanwhile', async () => {
    const connection = new LiveConnection(swiftSocket as unknown as WebSocket, '203.0.113.7', systemClock, { warn: () => undefined });
    let others = 0;
    setImmediate(() => {
      others += 1;
    });
    for (let sent = 0; others === 0 && sent < 1_000_000; sent += 1) await connection.send('an event');
    expect(others).toBe(1);
  });

  it('has ten of its queries run at a time and the rest in their turn, and none of those that wait once its client has gone', async () => {
    const socket: { readyState: number } = { ...swiftSocket };
    const connection = new LiveConnection(socket as unknown as WebSocket, null, systemClock, { warn: () => undefined });
    const begun: number[] = [];
    const ends = Array.from({ length: 13 }, gate);
    const answers = ends.map(({ opened }, nth) =>
      connection.inTurn(async () => {
        begun.push(nth);
        await opened;
        return nth;
      }),
    );
    expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    ends[7]?.open();
    ends[2]?.open();
    await Promise.all([answers[7], answers[2]]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(begun.slice(10)).toEqual([10, 11]);
    socket.readyState = 3;
    for (const { open } of ends) open();
    expect(await Promise.all(answers)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, null]);
    expect(begun).toHaveLength(12);
  });

  it('of a key that was revoked elsewhere is closed within two seconds, also where the key was used just before', async () => {
    const [keys, clock] = [new MemoryKeyStore(), new StillClock()];
    const tokens = { findByHash: async () => undefined, findDeclared: async () => undefined };
    const means = { settings: new MemorySettings(), tokens, keyRing: new KeyRing(keys, clock), clock };
    keys.put(aKey('live'), 'sk-tf-live');
    const { socket, closed } = closableSocket();
    const connection = new LiveConnection(socket, '203.0.113.7', clock, { warn: () => undefined });
    await connection.admit(means, 'sk-tf-live', []);
    await keys.setStatus('live', 'REVOKED');
    clock.time += 799;
    await expelRevoked(means, [connection]);
    expect(closed).toEqual([]);
    clock.time += 1_000;
    await expelRevoked(means, [connection]);
    expect(closed).toEqual([4403]);
  });
});
