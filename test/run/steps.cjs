// The one list of what is checked beside the tests. They run side by side and are told in this order.
// `npm run check` and `npm test` both read it; each command also works alone, as `node test/tool.cjs <command>`.
const steps = [
  { name: 'format and lint', command: ['biome', 'ci', '--error-on-warnings', '--max-diagnostics=100', '--colors=off', '.'] },
  { name: 'types', command: ['tsc', '--noEmit'] },
  { name: 'import law', command: ['depcruise', '--config', 'test/architecture/dependencies.cjs', 'src', 'migrations'] },
  { name: 'unused files, exports and packages', command: ['knip', '--no-config-hints'] },
  { name: 'emitted schemas are current', command: ['node', 'dist/src/cli/emit-schema.js', 'schema', '--check'] },
];

/**
 * Tests that need no service come first, and alone where only the checks are asked for. The others have databases, ports and
 * names of their own, so that they run side by side, the longest first; and one more than there are cores, because each waits for a server, a
 * disk or a clock a third of its time.
 */
const rounds = [
  { projects: ['unit', 'architecture'], needsServices: false, workersOn: (cores) => Math.min(cores, 4) },
  { projects: ['contracts', 'e2e', 'fault'], needsServices: true, workersOn: (cores) => Math.min(cores + 1, 4) },
];

module.exports = { steps, rounds };
