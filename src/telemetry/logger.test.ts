import { Writable } from 'node:stream';
import { GraphQLError } from 'graphql';
import pino from 'pino';
import { loggerOptions } from './logger';

function logging(level = 'trace') {
  const lines: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  return { log: pino(loggerOptions(level), stream), lines };
}

describe('a line of the log', () => {
  it('has the id of its request under one name, wherever it was written', () => {
    const { log, lines } = logging();
    log.error({ request: 'r-1' }, 'of the server');
    log.error({ receipt: 'r-1' }, 'of the flow');
    log.info({ worker: 3 }, 'of no request');
    expect(lines.map((line) => JSON.parse(line).requestId)).toEqual(['r-1', 'r-1', undefined]);
  });

  it('names an error and its causes, and leaves out what libraries hang on them', () => {
    const { log, lines } = logging();
    const cause = Object.assign(new Error('gone'), { code: 'ECONNREFUSED', sql: "INSERT INTO receipt VALUES ('canary')" });
    const error = Object.assign(new Error('not written', { cause }), {
      parameters: ['canary'],
      request: { headers: { authorization: 'canary' } },
    });
    log.error({ err: error, receipt: 'r-1' }, 'it broke');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      err: {
        type: 'Error',
        message: 'not written',
        stack: expect.stringContaining('logger.test'),
        cause: { message: 'gone', code: 'ECONNREFUSED' },
      },
    });
    expect(lines[0]).not.toContain('canary');
  });

  it('names the causes of an error that the graph has wrapped', () => {
    const { log, lines } = logging();
    const fault = new Error('not now', { cause: new Error('too many connections', { cause: new Error('of them all') }) });
    log.error({ err: new GraphQLError(fault.message, { originalError: fault }), request: 'r-1' }, 'a field broke');
    const cause = { message: 'too many connections', cause: { message: 'of them all' } };
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ err: { message: 'not now', cause } });
  });

  it('says nothing of what was thrown and is no error', () => {
    const { log, lines } = logging();
    log.error({ err: 'canary' }, 'it broke');
    expect(lines[0]).not.toContain('canary');
  });
});
