// Loaded into a gateway before its own code: what it writes to stderr finds the disk full.
const fs = require('node:fs');

fs.closeSync(2);
fs.openSync('/dev/full', 'w');
