// Runs a tool of the checks as it stands here, and installs the tools first where they are not: `node test/tool.cjs biome check --write .`
const { check, run } = require('./run/commands.cjs');
const { missingPackages } = require('./run/packages.cjs');

const [command, ...args] = process.argv.slice(2);
for (const step of missingPackages()) check(step);
process.exitCode = run(command, args, { quiet: false }).ok ? 0 : 1;
