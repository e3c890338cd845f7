import { firstInstalled, runsRelease13, Sqlite } from './sqlite-driver';

describe('The driver of SQLite', () => {
  it.each([
    ['Node 20.19', '9', false],
    ['Node 22.13', '9', false],
    ['Node 22.14 and later', '10', true],
    ['a Node to come', '11', true],
    ['a Node that does not say which Node-API it has', undefined, false],
  ])('is release 13 where %s can run that', (_node, nodeApi, itIsRelease13) => {
    expect(runsRelease13(nodeApi)).toBe(itIsRelease13);
  });

  it('is the one that could be installed', () => {
    expect(firstInstalled(['no-such-driver', 'better-sqlite3'])).toBe(firstInstalled(['better-sqlite3']));
  });

  it('says what to do where none could be', () => {
    expect(() => firstInstalled(['no-such-driver'])).toThrow(/install what compiles C\+\+ .* and run npm ci again/);
  });

  it('runs on this Node', () => {
    const db = new Sqlite(':memory:');

    expect(db.prepare<[], { one: number }>('SELECT 1 AS one').get()).toEqual({ one: 1 });
    db.close();
  });
});
