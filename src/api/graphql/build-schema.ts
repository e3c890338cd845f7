/** The schema of the graph, built from the classes of each domain. Its text is emitted to `schema/schema.graphql`. */
import 'reflect-metadata';
import { type GraphQLSchema, printSchema } from 'graphql';
import { buildSchema } from 'type-graphql';
import { KeyResolver } from './keys/key.resolver';
import { KeyChangeResolver } from './keys/key-change.resolver';
import { ProjectResolver } from './keys/project.resolver';
import { LedgerEntryResolver } from './ledger/ledger-entry.resolver';
import { WalletResolver } from './ledger/wallet.resolver';
import { AttemptFields } from './receipts/attempt.resolver';
import { ReceiptQueries, ReceiptsOfKey } from './receipts/receipt.resolver';
import { ReceiptFields } from './receipts/receipt-fields.resolver';
import { RoutingResolver } from './routing/routing.resolver';

/** Rules of inputs live in the product folders, so that every surface keeps them; nothing is validated by decorators. */
export function buildGraph(): Promise<GraphQLSchema> {
  return buildSchema({
    resolvers: [
      KeyResolver,
      ProjectResolver,
      KeyChangeResolver,
      RoutingResolver,
      ReceiptQueries,
      ReceiptsOfKey,
      ReceiptFields,
      AttemptFields,
      WalletResolver,
      LedgerEntryResolver,
    ],
    validate: false,
  });
}

/** The schema as text, ending in a line break. */
export async function printedSchema(): Promise<string> {
  return `${printSchema(await buildGraph())}\n`;
}
