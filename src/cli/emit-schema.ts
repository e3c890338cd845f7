/**
 * Writes what others complete and check their files against: the JSON Schema of the catalog and the schema of the graph.
 * `emit-schema <folder>` writes them; `emit-schema <folder> --check` only compares, and fails when one differs.
 */
import 'reflect-metadata';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { printedSchema } from '../api/graphql/build-schema';
import { catalogJsonSchema } from '../catalog-file/catalog-schema';
import { FAILED, readLine, runCommand, UsageError } from '../start/command';

const USAGE = `usage: npm run schema, or npm run schema:check; as a command of its own: emit-schema [<folder>] [--check]

Exit code: 0 written, or with --check as it would be, 1 not so, 64 wrong call.`;

interface Emitted {
  readonly name: string;
  readonly text: string;
}

async function emitted(): Promise<Emitted[]> {
  return [
    { name: 'catalog.schema.json', text: `${JSON.stringify(catalogJsonSchema(), null, 2)}\n` },
    { name: 'schema.graphql', text: `${(await printedSchema(catalogJsonSchema())).trimEnd()}\n` },
  ];
}

async function differing(folder: string, files: readonly Emitted[]): Promise<string[]> {
  const compared = await Promise.all(
    files.map(async ({ name, text }) =>
      (await readFile(join(folder, name), 'utf8').catch(() => '')) === text ? [] : [join(folder, name)],
    ),
  );
  return compared.flat();
}

async function emit(args: readonly string[]): Promise<number> {
  const { values, positionals } = readLine(args, { options: { check: { type: 'boolean' } }, allowPositionals: true });
  const [folder = 'schema', ...more] = positionals;
  if (more.length > 0) throw new UsageError(`One folder is written, and "${more[0]}" would be passed over.`);
  const files = await emitted();
  if (values.check !== true) {
    await mkdir(folder, { recursive: true });
    for (const { name, text } of files) await writeFile(join(folder, name), text);
    process.stdout.write(`wrote ${files.map(({ name }) => join(folder, name)).join(' and ')}\n`);
    return 0;
  }
  const stale = await differing(folder, files);
  if (stale.length === 0) return 0;
  process.stderr.write(`${stale.join(' and ')} no longer says what the code says: run "npm run schema" and commit the result\n`);
  return FAILED;
}

void runCommand({ usage: USAGE, run: emit });
