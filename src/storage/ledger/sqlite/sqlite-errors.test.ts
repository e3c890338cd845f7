import { errorOf } from './sqlite-errors';

const UNAVAILABLE = 'temporarily_unavailable';
const said = (code: string | null, name = 'SqliteError') => errorOf({ name, message: 'said by the database', code });

describe('what an error of SQLite means', () => {
  it.each([
    'SQLITE_FULL',
    'SQLITE_IOERR',
    'SQLITE_IOERR_WRITE',
    'SQLITE_IOERR_FSYNC',
    'SQLITE_BUSY',
    'SQLITE_BUSY_SNAPSHOT',
    'SQLITE_LOCKED',
    'SQLITE_READONLY',
    'SQLITE_READONLY_DBMOVED',
    'SQLITE_CANTOPEN',
    'SQLITE_CORRUPT',
    'SQLITE_NOTADB',
    'SQLITE_NOMEM',
    'SQLITE_PERM',
    'SQLITE_INTERRUPT',
  ])('trouble of the database, tried again and never held against an item: %s', (code) => {
    expect(said(code)).toMatchObject({ code: UNAVAILABLE, detail: { cause: { code } } });
  });

  it.each(['SQLITE_CONSTRAINT_CHECK', 'SQLITE_CONSTRAINT_PRIMARYKEY', 'SQLITE_MISMATCH', 'SQLITE_TOOBIG', 'SQLITE_RANGE', 'SQLITE_ERROR'])(
    'an item at fault: %s',
    (code) => {
      expect(said(code)).toMatchObject({ code, message: 'said by the database' });
    },
  );

  it('an item at fault: whatever the ledger itself says', () => {
    expect(said(null, 'UnwritableItem').name).toBe('UnwritableItem');
    expect(said(null, 'Error')).not.toMatchObject({ code: UNAVAILABLE });
  });
});
