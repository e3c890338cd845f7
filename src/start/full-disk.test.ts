import Database from 'better-sqlite3';
import { CannotStart } from '../kernel/cannot-start';
import { Fault } from '../kernel/fault';
import { fullDisk } from './full-disk';

/** What a database says that may not grow. */
function noRoom(): unknown {
  const db = new Database(':memory:');
  db.pragma('max_page_count = 1');
  try {
    return db.exec('CREATE TABLE t (id TEXT PRIMARY KEY)');
  } catch (error) {
    return error;
  } finally {
    db.close();
  }
}

describe('a start that fails on a full disk', () => {
  it.each([
    ['what the database says', noRoom()],
    ['what the system says', Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })],
    ['a fault that was made of it', new Fault('temporarily_unavailable', 'Try again.', { cause: noRoom() })],
  ])('is told to make room, whatever says so: %s', (_, cause) => {
    const told = fullDisk(cause);
    expect(told).toBeInstanceOf(CannotStart);
    expect(String(told)).toMatch(/no room is left on the disk \((SQLITE_FULL|ENOSPC)\): make room where DATABASE_URL/);
  });

  it('is not blamed for anything else', () => {
    for (const other of [new Error('it broke'), Object.assign(new Error('it broke'), { code: 'SQLITE_CORRUPT' }), 'a text', null]) {
      expect(fullDisk(other)).toBe(other);
    }
  });
});
