import { runsRelease13, Sqlite } from './sqlite-driver';

describe('The driver of SQLite', () => {
  it.each([
    ['Node 20.19', '9', false],
    ['Node 22.13', '9', false],
    ['Node 22.14 and later', '10', true],
    ['a Node to come', '11', true],
  ])('is the release that %s can run', (_node, nodeApi, itIsRelease13) => {
    expect(runsRelease13(nodeApi)).toBe(itIsRelease13);
  });

  it('is release 12 where Node does not say which Node-API it has', () => {
    expect(runsRelease13(undefined)).toBe(false);
  });

  it('runs on this Node', () => {
    const db = new Sqlite(':memory:');

    expect(db.prepare<[], { one: number }>('SELECT 1 AS one').get()).toEqual({ one: 1 });
    db.close();
  });
});
