// What only the checks and the end-to-end suite need has a package of its own, so that whoever runs the product does not install it.
const fs = require('node:fs');
const path = require('node:path');
const { ROOT } = require('./commands.cjs');

const FOLDER = path.join(ROOT, 'test');
const installation = { name: 'packages of the tests', command: ['npm', 'ci', '--no-audit', '--no-fund'], cwd: FOLDER };

/** npm leaves a copy of the lock in what it installed. */
function areCurrent() {
  const modified = (file) => fs.statSync(path.join(FOLDER, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return modified('node_modules/.package-lock.json') >= modified('package-lock.json');
}

/** The steps that bring them: none, where they are there. */
function missingPackages() {
  return areCurrent() ? [] : [installation];
}

module.exports = { missingPackages };
