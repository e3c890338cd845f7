/** @type {import('jest').Config} */
const common = {
  testEnvironment: 'node',
  transform: { '^.+\\.[cm]?[jt]s$': ['@swc/jest'] },
  transformIgnorePatterns: ['/node_modules/(?!(eventsource-parser|uuidv7|@whatwg-node/promise-helpers|cookie)/)'],
  setupFiles: ['reflect-metadata'],
};

const suite = (name, testMatch) => ({ ...common, displayName: name, testMatch });

module.exports = {
  projects: [
    suite('unit', ['<rootDir>/src/**/*.test.ts']),
    suite('architecture', ['<rootDir>/test/architecture/**/*.test.ts']),
    suite('contracts', ['<rootDir>/test/contracts/**/*.test.ts']),
    suite('e2e', ['<rootDir>/test/e2e/**/*.test.ts']),
    suite('fault', ['<rootDir>/test/fault/**/*.test.ts']),
  ],
};
