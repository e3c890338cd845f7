/**
 * Whether the files that a gateway has open are still those of their names. One that was deleted, moved or replaced takes what is written as
 * before, and the next start finds a database that knows nothing of it.
 */
import { realpathSync, statSync } from 'node:fs';

/** What SQLite itself says of it where it looks; with a write-ahead log it does not look. */
const MOVED = 'SQLITE_READONLY_DBMOVED';

export class OpenedFiles {
  private readonly opened: ReadonlyMap<string, string>;

  /** Of a database that is open by now: its file, its write-ahead log, and the lock of its owner. */
  constructor(file: string) {
    const real = realpathSync(file);
    // By the name that the next start will open: where that is a link, it may come to lead elsewhere.
    const names = [file, `${real}-wal`, `${real}.lock`];
    const identities = names.map((name) => [name, identityOf(name)] as const);
    this.opened = new Map(identities.flatMap(([name, identity]) => (identity === null ? [] : [[name, identity]])));
  }

  /** @throws Error SQLITE_READONLY_DBMOVED, for as long as one of them is not in its place */
  assertInPlace(): void {
    for (const [name, identity] of this.opened) {
      if (identityOf(name) === identity) continue;
      const message = `The file ${name} was deleted, moved or replaced while the gateway uses it: what is written would be lost. Put it back, or stop the gateway.`;
      throw Object.assign(new Error(message), { code: MOVED });
    }
  }
}

function identityOf(name: string): string | null {
  const found = statSync(name, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? null : `${found.dev}:${found.ino}`;
}
