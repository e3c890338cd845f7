/** @type {import('jest').Config} */
const common = {
  testEnvironment: 'node',
  transform: { '^.+\\.[cm]?[jt]s$': ['@swc/jest'] },
  transformIgnorePatterns: ['/node_modules/(?!(eventsource-parser|uuidv7|@whatwg-node/promise-helpers|cookie)/)'],
  setupFiles: ['reflect-metadata'],
  setupFilesAfterEnv: ['<rootDir>/test/support/patience.cjs'],
};

const suite = (name, testMatch, more = {}) => ({ ...common, displayName: name, testMatch, ...more });
const served = (name) =>
  suite(name, [`<rootDir>/test/${name}/**/*.test.ts`], { globalSetup: '<rootDir>/test/support/prepared-databases.ts' });

module.exports = {
  testSequencer: '<rootDir>/test/run/longest-first.cjs',
  projects: [
    suite('unit', ['<rootDir>/src/**/*.test.ts']),
    suite('architecture', ['<rootDir>/test/architecture/**/*.test.ts']),
    served('contracts'),
    served('e2e'),
    served('fault'),
  ],
};
