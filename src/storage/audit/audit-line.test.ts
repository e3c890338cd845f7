import { Worker } from 'node:worker_threads';
import { AuditLine } from './audit-line';

const DYING = "parentPort.once('message', () => { throw new Error('out of memory'); });";
const LIVING = "parentPort.on('message', ({ id }) => parentPort.postMessage({ id, answer: { batches: 7, more: false } }));";
const ROLL_UP = { call: 'rollUp' } as const;
const ANSWER = { batches: 7, more: false };

/** A line whose threads, one after the other, run these scripts. */
function lineOf(...scripts: string[]): AuditLine {
  const text = () => `const { parentPort } = require('node:worker_threads'); ${scripts.shift()}`;
  return new AuditLine({ kind: 'sqlite', file: 'none' }, () => new Worker(text(), { eval: true }));
}

const keepingAlive = () => process.getActiveResourcesInfo().filter((resource) => resource === 'MessagePort').length;

describe('a line of the audit', () => {
  it('keeps the process alive with nothing, once it has answered', async () => {
    const before = keepingAlive();
    const line = lineOf(LIVING);
    expect(await line.ask<'rollUp'>(ROLL_UP)).toEqual(ANSWER);
    const after = keepingAlive();
    await line.close();
    expect(after).toBe(before);
  });

  it('whose thread has just died asks another one, and that answers', async () => {
    const line = lineOf(DYING, LIVING);
    await expect(line.ask<'rollUp'>(ROLL_UP)).rejects.toThrow('out of memory');
    expect(await line.ask<'rollUp'>(ROLL_UP)).toEqual(ANSWER);
    await line.close();
  });

  it('that is given up tells who waits, and the next call is answered', async () => {
    const line = lineOf("parentPort.on('message', () => undefined);", LIVING);
    const waiting = expect(line.ask<'rollUp'>(ROLL_UP)).rejects.toThrow('The audit thread has ended.');
    await line.giveUp();
    await waiting;
    expect(await line.ask<'rollUp'>(ROLL_UP)).toEqual(ANSWER);
    await line.close();
  });
});
