/**
 * Stacks by the lines of the sources. Node does that too (`--enable-source-maps`), but reads the map of every file at every start for it, also
 * of each library: a start takes a quarter longer then, and the process 44 MB more. Here a map is read when a stack goes through its file.
 */
import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { join, sep } from 'node:path';

const BUILT = join(__dirname, '..') + sep;
/** A script, its line and its column, as V8 writes them. */
const PLACE = /([^\s()]+\.js):(\d+):(\d+)/g;
const maps = new Map<string, SourceMap | null>();

/** The stack with the places of our own scripts as those of their sources; what has no map stays. `built` is where the scripts lie. */
export function inSources(stack: string, built = BUILT): string {
  return stack.replace(PLACE, (place, script: string, line: string, column: string) =>
    script.startsWith(built) ? (sourceOf(script, Number(line), Number(column)) ?? place) : place,
  );
}

function sourceOf(script: string, line: number, column: number): string | null {
  const entry = mapOf(script)?.findEntry(line - 1, column - 1);
  return entry === undefined || !('originalSource' in entry)
    ? null
    : `${entry.originalSource}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
}

function mapOf(script: string): SourceMap | null {
  const known = maps.get(script);
  if (known !== undefined) return known;
  const read = readMap(script);
  maps.set(script, read);
  return read;
}

function readMap(script: string): SourceMap | null {
  try {
    return new SourceMap(JSON.parse(readFileSync(`${script}.map`, 'utf8')) as SourceMapPayload);
  } catch {
    // A stack by the lines of the scripts is better than none.
    return null;
  }
}
