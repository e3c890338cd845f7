// Runs a tool of the checks as it stands here, and installs the tools first where they are not: `node test/tool.cjs biome check --write .`
const { check, run } = require('./run/commands.cjs');
const { missingPackages } = require('./run/packages.cjs');

async function main([command, ...args]) {
  for (const step of missingPackages()) await check(step);
  process.exitCode = run(command, args) ? 0 : 1;
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
