/** Whether the disk takes what the next settlements need. */
import { closeSync, openSync, unlinkSync, writeFileSync } from 'node:fs';
import type Database from 'better-sqlite3';

/** What a few dozen settlements need, and the spool beside them. */
const ROOM = Buffer.alloc(1024 * 1024);

/**
 * A commit that changes nothing: reading still succeeds on a disk that is full, or was made read-only by a fault of its own. And room
 * beside the database: that commit finds some in the write-ahead log, where a settlement is longer than what is left.
 * @throws whatever the database or the file system says to it
 */
export function proveWritable(db: Database.Database): void {
  // The field of the file's head that is the application's own, and that nothing here uses.
  db.pragma('user_version = 0');
  proveRoom(`${db.name}.room`);
}

/** Asks by writing, because what a file system says of itself knows nothing of what its user may have. */
function proveRoom(file: string): void {
  const descriptor = openSync(file, 'w', 0o600);
  try {
    // At once: nothing of it reaches the disk, or stays there.
    unlinkSync(file);
    writeFileSync(descriptor, ROOM);
  } finally {
    closeSync(descriptor);
  }
}
