import { nextTick } from 'node:process';
import type { WebSocket } from 'ws';
import { systemClock } from '../../../kernel/clock';
import { LiveConnection } from './live-connection';

/** Of a client that takes everything at once. */
const swiftSocket = {
  ...{ OPEN: 1, readyState: 1, bufferedAmount: 0 },
  on: () => swiftSocket,
  send: (_message: string, sent: () => void) => nextTick(sent),
};

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
});
