/** For each rule of the import law one file that breaks it, as `file: what it imports`, and a tree that keeps every rule. */

/** Files that the examples import. They import nothing themselves. */
export const GROUND = [
  'src/kernel/money.ts',
  'src/kernel/words.ts',
  'src/keys/api-key.ts',
  'src/routing/catalog.ts',
  'src/metering/usage.ts',
  'src/attempts/attempt.ts',
  'src/ledger/wallet.ts',
  'src/gateway/serve-completion.ts',
  'src/research/market-data.ts',
  'src/storage/data-source.ts',
  'src/upstreams/http-client.ts',
  'src/api/rest/server.ts',
  'src/api/graphql/schema.ts',
  'src/config.ts',
  'src/compose.ts',
  'src/compose/open-storage.ts',
  'src/storage/index.ts',
  'migrations/first.ts',
  'test/support/builders.ts',
] as const;

export interface BadExample {
  readonly rule: string;
  readonly file: string;
  readonly code: string;
}

const runs = (from: string) => `import { thing } from '${from}';\nexport const use = thing;\n`;
const knows = (from: string) => `import type { Thing } from '${from}';\nexport type Use = Thing;\n`;
const bad = (rule: string, file: string, code: string): BadExample => ({ rule, file, code });

export const BAD_EXAMPLES: readonly BadExample[] = [
  bad('kernel-stands-alone', 'src/kernel/bad-reach.ts', knows('../keys/api-key')),
  bad('kernel-needs-no-library', 'src/kernel/bad-file.ts', runs('node:fs')),
  bad('kernel-needs-no-library', 'src/kernel/bad-crypto.ts', runs('node:crypto')),
  bad('kernel-secret-and-ids-need-one-each', 'src/kernel/secret.ts', runs('node:os')),
  bad('steps-are-strangers', 'src/metering/bad-value.ts', runs('../routing/catalog')),
  bad('steps-are-strangers', 'src/ledger/bad-value.ts', `${knows('../attempts/attempt')}${runs('../attempts/attempt')}`),
  bad('attempts-use-routing-and-metering', 'src/attempts/bad-keys.ts', runs('../keys/api-key')),
  bad('product-knows-no-adapter', 'src/gateway/bad-adapter.ts', knows('../storage/data-source')),
  bad('product-knows-no-adapter', 'src/keys/bad-adapter.test.ts', runs('../storage/data-source')),
  bad('product-knows-no-adapter', 'src/keys/bad-config.ts', knows('../config')),
  bad('product-is-plain-typescript', 'src/routing/bad-package.ts', runs('zod')),
  bad('product-is-plain-typescript', 'src/ledger/bad-node.ts', runs('node:timers')),
  bad('research-takes-pure-libraries-only', 'src/research/bad-package.ts', runs('csv-parse')),
  bad('research-takes-pure-libraries-only', 'src/research/bad-node.ts', runs('node:fs')),
  bad('gateway-looks-back-only', 'src/gateway/bad-type.ts', knows('../research/market-data')),
  bad('home-of-indicators', 'src/research/report/bad-indicators.ts', runs('trading-signals')),
  bad('home-of-json-schema', 'src/gateway/bad-validator.ts', runs('ajv')),
  bad('home-of-markdown', 'src/research/sections/bad-markdown.ts', runs('markdown-it')),
  bad('home-of-market-data-libraries', 'src/catalog-file/bad-csv.ts', runs('csv-parse')),
  bad('keys-looks-back-only', 'src/keys/bad-type.ts', knows('../routing/catalog')),
  bad('routing-looks-back-only', 'src/routing/bad-type.ts', knows('../metering/usage')),
  bad('metering-looks-back-only', 'src/metering/bad-type.ts', knows('../ledger/wallet')),
  bad('attempts-looks-back-only', 'src/attempts/bad-type.ts', knows('../ledger/wallet')),
  bad('runs-looks-back-only', 'src/runs/bad-type.ts', knows('../gateway/serve-completion')),
  bad('ledger-looks-back-only', 'src/ledger/bad-type.ts', knows('../gateway/serve-completion')),
  bad('adapters-are-strangers', 'src/storage/bad-friend.ts', knows('../upstreams/http-client')),
  bad('adapters-are-strangers', 'src/api/graphql/bad-friend.ts', runs('../rest/server')),
  bad('adapters-know-no-frame', 'src/upstreams/bad-config.ts', knows('../config')),
  bad('only-compose-constructs-adapters', 'src/main.ts', runs('./storage/data-source')),
  bad('only-main-and-commands-compose', 'src/upstreams/bad-compose.ts', runs('../compose')),
  bad('only-main-and-commands-compose', 'src/start/bad-part.ts', runs('../compose/open-storage')),
  bad('migrations-stand-alone', 'migrations/bad-reach.ts', runs('../src/kernel/money')),
  bad('only-storage-knows-migrations', 'src/cli/bad-migration.ts', runs('../../migrations/first')),
  bad('no-cycles', 'src/routing/bad-cycle.ts', knows('./other-half')),
  bad('no-barrels', 'src/storage/bad-barrel.ts', runs('./index')),
  bad('src-never-imports-test', 'src/upstreams/bad-test.ts', runs('../../test/support/builders')),
  bad('every-package-has-a-home', 'src/upstreams/bad-package.ts', runs('typescript')),
  bad('every-import-resolves', 'src/storage/bad-path.ts', runs('./nowhere')),
  bad('home-of-typeorm', 'src/api/rest/bad-typeorm.ts', knows('typeorm')),
  bad('home-of-database-drivers', 'src/compose.ts', runs('better-sqlite3')),
  bad('home-of-database-drivers', 'src/cli/bad-driver.ts', runs('mysql2/promise')),
  bad('home-of-graph-libraries', 'src/api/rest/bad-graph.ts', runs('graphql')),
  bad('home-of-graph-libraries', 'src/storage/bad-graph.ts', runs('@apollo/server')),
  bad('home-of-web-sockets', 'src/api/rest/bad-socket.ts', runs('ws')),
  bad('home-of-web-sockets', 'src/cli/bad-live.ts', runs('graphql-ws')),
  bad('home-of-http-server', 'src/upstreams/bad-server.ts', runs('fastify')),
  bad('home-of-uploads', 'src/api/graphql/bad-upload.ts', runs('@fastify/busboy')),
  bad('home-of-http-client', 'src/api/rest/bad-client.ts', runs('undici')),
  bad('home-of-upstream-libraries', 'src/api/rest/bad-counter.ts', runs('gpt-tokenizer')),
  bad('home-of-mail', 'src/api/rest/bad-mail.ts', runs('nodemailer')),
  bad('alerts-looks-back-only', 'src/alerts/bad-type.ts', knows('../gateway/serve-completion')),
  bad('home-of-schemas', 'src/storage/bad-schema.ts', runs('zod')),
  bad('home-of-yaml', 'src/config.ts', runs('yaml')),
  bad('home-of-redis', 'src/storage/bad-redis.ts', runs('@redis/client')),
  bad('home-of-redis', 'src/research/bad-queue.ts', runs('bullmq')),
  bad('home-of-logger', 'src/storage/bad-logger.ts', runs('pino')),
  bad('home-of-traces', 'src/gateway/bad-traces.ts', runs('@opentelemetry/api')),
  bad('home-of-metrics', 'src/gateway/bad-metrics.ts', runs('prom-client')),
  bad('home-of-ids', 'src/storage/bad-ids.ts', runs('uuidv7')),
  bad('home-of-decorator-metadata', 'src/upstreams/bad-metadata.ts', `import 'reflect-metadata';\n`),
];

/** What the bad examples need beside them. A cycle is reported once, for the first of its files. */
export const COMPANIONS: Readonly<Record<string, string>> = { 'src/routing/other-half.ts': knows('./bad-cycle') };

/** What the law allows, at its edges: none of these may be reported. */
export const GOOD_EXAMPLES: Readonly<Record<string, string>> = {
  'src/kernel/secret.ts': runs('node:crypto'),
  'src/kernel/ids.ts': runs('uuidv7'),
  'src/routing/plan-route.ts': knows('../keys/api-key'),
  'src/attempts/run-attempts.ts': runs('../routing/catalog') + runs('../metering/usage'),
  'src/ledger/receipt.ts': knows('../attempts/attempt') + knows('../metering/usage'),
  'src/ledger/receipt.test.ts': runs('fast-check') + runs('../../test/support/builders'),
  'src/gateway/with-hold.ts': runs('../ledger/wallet') + runs('../keys/api-key'),
  'src/storage/ledger/worker.ts': runs('better-sqlite3') + runs('node:worker_threads') + runs('../../ledger/wallet'),
  'src/storage/rows.ts': runs('typeorm') + runs('../../migrations/first'),
  'src/upstreams/sse.ts': runs('undici') + runs('../attempts/attempt'),
  'src/api/graphql/wallet.resolver.ts': runs('type-graphql') + knows('../../ledger/wallet'),
  'src/research/indicators/series.ts': runs('trading-signals') + knows('../market-data'),
  'src/market-data/folder.ts': runs('csv-parse/sync') + runs('node:fs') + knows('../research/market-data'),
  'src/compose.ts': runs('./storage/data-source') + runs('./api/rest/server') + runs('./config'),
  'src/main.ts': runs('./compose') + knows('./api/rest/server'),
  'src/cli/emit-schema.ts': runs('../api/graphql/schema'),
  'migrations/second.ts': knows('typeorm') + runs('./first'),
};
