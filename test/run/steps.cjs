// The one list of what is checked beside the tests, in the order in which a fault is cheapest to find.
// `npm run check` and `npm test` both read it; each command also works alone, as `npx <command>`.
const steps = [
  { name: 'format and lint', command: ['biome', 'ci', '--error-on-warnings', '--max-diagnostics=100', '--colors=off', '.'] },
  { name: 'types', command: ['tsc', '--noEmit'] },
  { name: 'import law', command: ['depcruise', '--config', 'test/architecture/dependencies.cjs', 'src', 'migrations'] },
  { name: 'unused files, exports and packages', command: ['knip', '--no-config-hints'] },
  { name: 'emitted schemas are current', command: ['node', 'dist/src/cli/emit-schema.js', 'schema', '--check'] },
];

/** Tests that need no service and no port run side by side; the others share databases and time, and run one after the other. */
const rounds = [
  { projects: ['unit', 'architecture'], parallel: true },
  { projects: ['contracts', 'e2e', 'fault'], parallel: false },
];

module.exports = { steps, rounds };
