// Loaded into a gateway before its own code: the first file that it writes whole finds no room on the disk.
const fs = require('node:fs');

fs.writeFileSync = () => {
  throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
};
