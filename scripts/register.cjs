// Lets plain Node load the TypeScript sources, with the same compiler and options as the build and the tests.
const { transformSync } = require('@swc/core');
const fs = require('node:fs');
const path = require('node:path');

const cwd = path.join(__dirname, '..');

require.extensions['.ts'] = (module, filename) => {
  const { code } = transformSync(fs.readFileSync(filename, 'utf8'), { filename, cwd, swcrc: true, sourceMaps: 'inline' });
  module._compile(code, filename);
};
