import { type Trouble, troubleOf } from './mysql-errors';

const ofServer = (errno: number) => Object.assign(new Error('said by the server'), { errno, code: 'ER_SOMETHING' });
const ofDriver = (code: string) => Object.assign(new Error('said by the driver'), { code });

describe('what an error of the server means', () => {
  const cases: [Trouble, number, string][] = [
    ['again', 1213, 'deadlock'],
    ['again', 1205, 'lock wait timeout'],
    ['again', 1020, 'a row that changed since the transaction looked, MariaDB'],
    ['again', 9007, 'write conflict of TiDB'],
    ['again', 8002, 'a lost race of TiDB'],
    ['lost', 1040, 'too many connections'],
    ['lost', 1203, 'too many connections of this user'],
    ['lost', 1226, 'a limit of this user'],
    ['lost', 1021, 'disk full'],
    ['lost', 1114, 'table full'],
    ['lost', 1290, 'read-only by an option'],
    ['lost', 1836, 'read-only mode'],
    ['lost', 1792, 'read-only transaction'],
    ['lost', 3024, 'a statement that took too long, MySQL'],
    ['lost', 1969, 'a statement that took too long, MariaDB'],
    ['lost', 1317, 'interrupted'],
    ['lost', 1053, 'shutting down'],
    ['lost', 1927, 'connection killed'],
    ['lost', 1045, 'a password that was changed'],
    ['lost', 1142, 'a right that was taken away'],
    ['lost', 1146, 'a table that is away'],
    ['lost', 99_999, 'anything that nobody has seen yet'],
    ['data', 1062, 'duplicate'],
    ['data', 1048, 'null'],
    ['data', 1364, 'a column left out that has no default'],
    ['data', 1153, 'too long an exchange'],
    ['data', 1264, 'out of range'],
    ['data', 1406, 'too long'],
    ['data', 1366, 'another type'],
    ['data', 1267, 'text that is compared with a column of another character set'],
    ['data', 1270, 'such text in a list'],
    ['data', 1300, 'text that is none'],
    ['data', 3854, 'text that its column has no room for, MySQL'],
    ['data', 4025, 'CHECK of MariaDB'],
    ['data', 3819, 'CHECK of MySQL'],
  ];

  it.each(cases)('%s: %d, %s', (trouble, errno) => {
    expect(troubleOf(ofServer(errno))).toBe(trouble);
  });
});

describe('what an error of the driver means', () => {
  it.each([
    'ECONNREFUSED',
    'ECONNRESET',
    'EPIPE',
    'ETIMEDOUT',
    'ENOTFOUND',
    'EHOSTUNREACH',
    'PROTOCOL_CONNECTION_LOST',
    'HANDSHAKE_NO_SSL_SUPPORT',
  ])('lost: %s', (code) => {
    expect(troubleOf(ofDriver(code))).toBe('lost');
  });

  it('lost: a connection or a pool of them that is closed already, and whatever ends one', () => {
    expect(troubleOf(new Error('Pool is closed.'))).toBe('lost');
    expect(troubleOf(new Error("Can't add new command when connection is in closed state"))).toBe('lost');
    expect(troubleOf(Object.assign(new Error('out of step'), { fatal: true }))).toBe('lost');
  });

  it('is never taken for trouble where a rule of the ledger itself was broken', () => {
    expect(troubleOf(new Error('There is no wallet "acme".'))).toBe('data');
    expect(troubleOf('not even an error')).toBe('data');
  });
});
