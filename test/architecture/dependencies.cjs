// The import law. Each rule says in its comment what it protects; `import-law.test.ts` feeds each one a bad example.
const PRODUCT = 'keys|routing|metering|ledger|attempts|runs|gateway|alerts|research';
const RIM = 'storage|upstreams|notify|telemetry|cluster|catalog-file|market-data|api/rest|api/graphql';
const FRAME = ['^src/(main|compose|config)\\.ts$', '^src/(cli|start|compose|config)/'];
const TEST = '\\.test\\.ts$';

const product = (folders) => `^src/(${folders})/`;
const rim = `^src/(${RIM})/`;
/** A package as npm resolves it, its types, or, where it is not installed, its bare name. */
const packages = (names) => `(^|node_modules/)(@types/)?(${names})(/|$)`;
const isValue = { dependencyTypesNot: ['type-only'] };

/** Where each package may be imported. A package that is in no row may not be imported at all. */
const HOMES = [
  { name: 'typeorm', packages: 'typeorm', home: ['^src/storage/', '^migrations/'] },
  { name: 'database-drivers', packages: 'better-sqlite3(-napi)?|mysql2', home: ['^src/storage/'] },
  {
    name: 'graph-libraries',
    packages: 'type-graphql|graphql|graphql-(?!ws)[a-z-]+|dataloader|@apollo|@as-integrations|class-validator',
    home: ['^src/api/graphql/'],
  },
  { name: 'http-server', packages: 'fastify|@fastify', home: ['^src/api/'] },
  { name: 'uploads', packages: '@fastify/busboy', home: ['^src/api/rest/'] },
  { name: 'cross-origin', packages: 'cors', home: ['^src/api/rest/'] },
  { name: 'web-sockets', packages: 'ws|graphql-ws', home: ['^src/api/graphql/live/', '^src/cli/research/'] },
  { name: 'http-client', packages: 'undici', home: ['^src/upstreams/', '^src/notify/'] },
  { name: 'upstream-libraries', packages: 'eventsource-parser|gpt-tokenizer|ipaddr\\.js', home: ['^src/upstreams/'] },
  { name: 'mail', packages: 'nodemailer', home: ['^src/notify/'] },
  {
    name: 'schemas',
    packages: 'zod',
    home: ['^src/config\\.ts$', '^src/config/', '^src/catalog-file/', '^src/market-data/', '^src/api/rest/', '^src/cli/'],
  },
  { name: 'redis', packages: '@redis|bullmq|ioredis', home: ['^src/cluster/'] },
  { name: 'indicators', packages: 'trading-signals', home: ['^src/research/indicators/'] },
  { name: 'json-schema', packages: 'ajv', home: ['^src/research/sections/'] },
  { name: 'markdown', packages: 'markdown-it', home: ['^src/research/report/'] },
  { name: 'market-data-libraries', packages: 'yahoo-finance2|csv-parse', home: ['^src/market-data/'] },
  { name: 'yaml', packages: 'yaml', home: ['^src/catalog-file/'] },
  { name: 'logger', packages: 'pino', home: ['^src/telemetry/', '^src/(main|compose)\\.ts$'] },
  { name: 'metrics', packages: 'prom-client', home: ['^src/telemetry/'] },
  { name: 'traces', packages: '@opentelemetry', home: ['^src/telemetry/'] },
  { name: 'ids', packages: 'uuidv7', home: ['^src/kernel/ids\\.ts$'] },
  { name: 'decorator-metadata', packages: 'reflect-metadata', home: ['^src/(main|compose)\\.ts$', '^src/(cli|storage|api/graphql)/'] },
];

const homeRules = HOMES.map(({ name, packages: names, home }) => ({
  name: `home-of-${name}`,
  comment: `${names} may be imported only from ${home.join(', ')}: a library that spreads cannot be replaced.`,
  from: { pathNot: [...home, TEST, '^test/'] },
  to: { path: packages(names) },
}));

/** Pure computation that is not ours to write: no file, no socket, no clock. Each has its home in HOMES. */
const PURE = [
  'trading-signals', // indicators as every chart draws them
  'ajv', // whether an answer fits the JSON schema of its section
  'markdown-it', // Markdown of models to HTML that cannot do harm
];

/** The flow's order. A folder may know the types of those before it, never of those after it. */
const LATER = [
  ['keys', 'routing|metering|attempts|ledger|runs|gateway|alerts|research'],
  ['routing', 'metering|attempts|ledger|runs|gateway|research'],
  ['metering', 'attempts|ledger|runs|gateway|research'],
  ['attempts', 'ledger|runs|gateway|research'],
  ['ledger', 'runs|gateway|alerts|research'],
  ['alerts', 'routing|metering|attempts|runs|gateway|research'],
  ['runs', 'gateway|research'],
  ['gateway', 'research'],
];

const flowRules = LATER.map(([folder, later]) => ({
  name: `${folder}-looks-back-only`,
  comment: `${folder} stands before ${later} in the flow: not even their types are known here.`,
  from: { path: product(folder), pathNot: TEST },
  to: { path: product(later) },
}));

const productRules = [
  {
    name: 'kernel-stands-alone',
    comment: 'Everything imports the kernel; it imports nothing of src, so that no change elsewhere can reach it.',
    from: { path: '^src/kernel/' },
    to: { path: '^src/', pathNot: '^src/kernel/' },
  },
  {
    name: 'kernel-needs-no-library',
    comment:
      'node:crypto for secrets, node:net for addresses and uuidv7 for ids, in their one file each; the rest of the kernel is plain TypeScript.',
    from: { path: '^src/kernel/', pathNot: [TEST, '^src/kernel/(secret|addresses|ids)\\.ts$'] },
    to: { pathNot: '^src/' },
  },
  {
    name: 'kernel-files-need-one-each',
    comment: 'The three files of the kernel that may import something import nothing else.',
    from: { path: '^src/kernel/(secret|addresses|ids)\\.ts$' },
    to: { pathNot: ['^src/', '^(node:)?(crypto|net)$', packages('uuidv7')] },
  },
  {
    name: 'steps-are-strangers',
    comment: 'keys, routing, metering and ledger share types along the flow but run none of each other: the gateway joins them.',
    from: { path: '^src/(keys|routing|metering|ledger)/', pathNot: TEST },
    to: { path: product(PRODUCT), pathNot: '^src/$1/', ...isValue },
  },
  {
    name: 'attempts-use-routing-and-metering',
    comment: 'An attempt knows its plan and its usage; it runs nothing that knows keys.',
    from: { path: '^src/attempts/', pathNot: TEST },
    to: { path: product('keys'), ...isValue },
  },
  {
    name: 'product-knows-no-adapter',
    comment: 'Product folders declare ports; who implements them is decided in compose.ts. Types count too, and tests use fakes.',
    from: { path: product(PRODUCT) },
    to: { path: [rim, '^src/api/', '^migrations/', ...FRAME] },
  },
  {
    name: 'product-is-plain-typescript',
    comment: 'No package and no node: module: the product can be read, tested and moved without its surroundings.',
    from: { path: product(PRODUCT), pathNot: [TEST, product('research')] },
    to: { pathNot: ['^src/', '^migrations/', '^test/'], couldNotResolve: false },
  },
  {
    name: 'research-takes-pure-libraries-only',
    comment: `Research is plain TypeScript too, but for pure computation that is not ours to write: ${PURE.join(', ')}.`,
    from: { path: product('research'), pathNot: TEST },
    to: { pathNot: ['^src/', '^migrations/', '^test/', packages(PURE.join('|'))], couldNotResolve: false },
  },
];

/** Within a folder: its parts, and what all of them may know. */
const partRules = [
  {
    name: 'gateway-parts-know-no-flow',
    comment: 'The flow joins its parts. Of the top they know the request, the hold and what was asked, and run nothing of it.',
    from: { path: '^src/gateway/[a-z]+/', pathNot: TEST },
    to: { path: '^src/gateway/[^/]+$', pathNot: '^src/gateway/(completion-request|hold|asked)\\.ts$' },
  },
  {
    name: 'gateway-parts-are-strangers',
    comment: 'How a call is read and how it ends change for different reasons; each knows its endpoint, and neither the other.',
    from: { path: '^src/gateway/(endpoints|reading|ending)/', pathNot: TEST },
    to: { path: '^src/gateway/(reading|ending|views)/', pathNot: '^src/gateway/$1/' },
  },
  {
    name: 'ledger-databases-are-strangers',
    comment: 'What both databases share stands above them, decided once; one that leans on the other decides for it.',
    from: { path: '^src/storage/ledger/(sqlite/|mysql/|[^/]+$)', pathNot: TEST },
    to: { path: '^src/storage/ledger/(sqlite|mysql)/', pathNot: '^src/storage/ledger/$1' },
  },
  {
    name: 'sql-serves-all-of-storage',
    comment: 'Statements and values know no subject: what knows one stands with it.',
    from: { path: '^src/storage/sql/', pathNot: TEST },
    to: { path: '^src/storage/', pathNot: '^src/storage/sql/' },
  },
];

const rimRules = [
  {
    name: 'adapters-are-strangers',
    comment: 'Adapters meet in compose.ts only: one that leans on another cannot be replaced alone.',
    from: { path: rim, pathNot: TEST },
    to: { path: rim, pathNot: '^src/$1/' },
  },
  {
    name: 'adapters-know-no-frame',
    comment: 'An adapter is handed its slice of the configuration; it reaches for nothing.',
    from: { path: [rim, '^src/api/'], pathNot: TEST },
    to: { path: FRAME },
  },
  {
    name: 'only-compose-constructs-adapters',
    comment: 'One file to read to know what is wired to what. Commands under cli/ may use one adapter alone.',
    from: { path: ['^src/(main|config)\\.ts$'] },
    to: { path: [rim, '^src/api/'], ...isValue },
  },
  {
    name: 'only-main-and-commands-compose',
    comment: 'The whole is put together at an entry of the process and nowhere else.',
    from: { path: '^src/', pathNot: ['^src/(main|compose)\\.ts$', '^src/(cli|compose)/'] },
    to: { path: ['^src/compose\\.ts$', '^src/compose/'] },
  },
  {
    name: 'one-driver-of-sqlite',
    comment: 'No release of better-sqlite3 runs on every Node: which one does is known in one place.',
    from: { path: '^src/', pathNot: '^src/storage/sqlite-driver\\.ts$' },
    to: { path: packages('better-sqlite3(-napi)?'), ...isValue },
  },
  {
    name: 'migrations-stand-alone',
    comment: 'A migration that ran is never edited: it may not depend on code that is.',
    from: { path: '^migrations/' },
    to: { pathNot: ['^migrations/', packages('typeorm')] },
  },
  {
    name: 'only-storage-knows-migrations',
    comment: 'The schema is the business of storage.',
    from: { path: '^src/', pathNot: ['^src/storage/', TEST] },
    to: { path: '^migrations/' },
  },
];

const houseRules = [
  {
    name: 'no-cycles',
    comment: 'Files that import each other, if only types, are one file in disguise.',
    from: {},
    to: { circular: true },
  },
  {
    name: 'no-barrels',
    comment: 'An index file hides where a thing lives and drags in what nobody asked for.',
    from: {},
    to: { path: '/index\\.ts$', pathNot: 'node_modules' },
  },
  {
    name: 'src-never-imports-test',
    comment: 'What ships does not lean on what checks it.',
    from: { path: '^(src|migrations)/', pathNot: TEST },
    to: { path: ['^test/', TEST] },
  },
  {
    name: 'every-package-has-a-home',
    comment: 'A package is a decision: give it a row in HOMES, or do without it.',
    from: { path: '^(src|migrations)/', pathNot: TEST },
    to: {
      path: '.',
      pathNot: ['^(src|migrations|test)/', ...HOMES.map((row) => packages(row.packages))],
      dependencyTypesNot: ['core', 'local'],
      couldNotResolve: false,
    },
  },
  {
    name: 'every-import-resolves',
    comment: 'A path or package that is not there.',
    from: {},
    to: { couldNotResolve: true },
  },
];

module.exports = {
  forbidden: [...productRules, ...flowRules, ...partRules, ...rimRules, ...homeRules, ...houseRules].map((rule) => ({
    severity: 'error',
    ...rule,
  })),
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.cts', '.js', '.cjs', '.json', '.d.ts'],
    },
  },
};
