/** @type {import('jest').Config} */
const common = {
  testEnvironment: 'node',
  transform: { '^.+\\.[cm]?[jt]s$': ['@swc/jest'] },
  transformIgnorePatterns: ['/node_modules/(?!(eventsource-parser|uuidv7|@whatwg-node/promise-helpers|cookie)/)'],
  setupFiles: ['reflect-metadata'],
};

/** Those with servers and databases wait for what may take long on a busy machine; no promise is about time. */
const SERVED_WITHIN_MS = 60_000;

const suite = (name, testMatch, more = {}) => ({ ...common, displayName: name, testMatch, ...more });
const served = (name) => suite(name, [`<rootDir>/test/${name}/**/*.test.ts`], { testTimeout: SERVED_WITHIN_MS });

module.exports = {
  projects: [
    suite('unit', ['<rootDir>/src/**/*.test.ts']),
    suite('architecture', ['<rootDir>/test/architecture/**/*.test.ts']),
    served('contracts'),
    served('e2e'),
    served('fault'),
  ],
};
