/** The schema of the graph, built from the classes of each domain. Its text is emitted to `schema/schema.graphql`. */
import 'reflect-metadata';
import { DirectiveLocation, GraphQLDirective, type GraphQLSchema, printSchema, specifiedDirectives } from 'graphql';
import { buildSchema, type PubSub } from 'type-graphql';
import { InvariantBroken } from '../../kernel/invariant';
import { AccountResolver } from './accounts/account.resolver';
import { AccountRatesResolver } from './accounts/account-rates.resolver';
import { SuspensionResolver } from './accounts/suspension.resolver';
import { AlertResolver } from './alerts/alert.resolver';
import { AlertRuleResolver } from './alerts/alert-rule.resolver';
import { AuditLogResolver } from './audit/audit-log.resolver';
import { withAuditLog } from './audit/audit-mutations';
import { withBoundedAnswers } from './bounded-answers';
import { ExplainResolver } from './explain/explain.resolver';
import { MarginResolver } from './facts/margin.resolver';
import { StatementResolver } from './facts/statement.resolver';
import { KeyResolver } from './keys/key.resolver';
import { KeyChangeResolver } from './keys/key-change.resolver';
import { KeyLimitsResolver, KeySpendResolver, ProjectLimitsResolver } from './keys/limits.resolver';
import { ProjectResolver } from './keys/project.resolver';
import { ProjectChangeResolver } from './keys/project-change.resolver';
import { LedgerEntryResolver } from './ledger/ledger-entry.resolver';
import { MovementResolver } from './ledger/movement.resolver';
import { VerificationResolver } from './ledger/verification.resolver';
import { WalletResolver } from './ledger/wallet.resolver';
import { SpendResolver } from './live/spend.resolver';
import { withMutationsThatReadAnew } from './mutations-read-anew';
import { PreviewResolver } from './preview/preview.resolver';
import { AttemptFields } from './receipts/attempt.resolver';
import { ReceiptQueries, ReceiptsOfKey } from './receipts/receipt.resolver';
import { ReceiptFields } from './receipts/receipt-fields.resolver';
import { RedemptionResolver } from './redemption/redemption.resolver';
import { ResearchResolver } from './research/research.resolver';
import { ResearchFields, ResearchSectionFields } from './research/research-fields.resolver';
import { ResearchOfEntry, ResearchOfReceipt } from './research/research-links.resolver';
import { ResearchProgressResolver } from './research/research-progress.resolver';
import { CatalogChangeResolver } from './routing/catalog-change.resolver';
import { CatalogEditResolver } from './routing/catalog-edit.resolver';
import { type FileShape, withCatalogInputs } from './routing/catalog-inputs';
import { ChannelHealthFields } from './routing/channel-health.resolver';
import { RoutingResolver } from './routing/routing.resolver';
import { AgentRunResolver } from './runs/agent-run.resolver';
import { RunOfEntry, RunOfReceipt } from './runs/run-links.resolver';
import { RunProgressResolver } from './runs/run-progress.resolver';
import { RunReceiptFields } from './runs/run-receipt.resolver';
import { UsageResolver } from './usage/usage.resolver';

/** Subscriptions are tails of durable logs; nothing is published to topics. The builder asks for a bus all the same. */
const NO_TOPICS: PubSub = {
  publish: () => noTopic(),
  subscribe: () => noTopic(),
};

function noTopic(): never {
  throw new InvariantBroken('no subscription has a topic');
}

/**
 * Without the places that only a draft of GraphQL knows: tools that go by a published version, such as all those on Python's
 * `graphql-core`, read none of a schema that tells them one.
 */
const DIRECTIVES = specifiedDirectives.map((directive) => {
  const { locations, ...config } = directive.toConfig();
  return new GraphQLDirective({ ...config, locations: locations.filter((each) => each !== DirectiveLocation.DIRECTIVE_DEFINITION) });
});

/**
 * Rules of inputs live in the product folders, so that every surface keeps them; nothing is validated by decorators.
 * `catalogFile` is the JSON Schema of the catalog's file.
 */
export async function buildGraph(catalogFile: FileShape): Promise<GraphQLSchema> {
  const schema = await buildSchema({
    resolvers: [
      KeyResolver,
      ProjectResolver,
      KeyChangeResolver,
      KeyLimitsResolver,
      KeySpendResolver,
      ProjectLimitsResolver,
      ProjectChangeResolver,
      RoutingResolver,
      ChannelHealthFields,
      CatalogChangeResolver,
      CatalogEditResolver,
      ReceiptQueries,
      ReceiptsOfKey,
      ReceiptFields,
      AttemptFields,
      WalletResolver,
      LedgerEntryResolver,
      MovementResolver,
      VerificationResolver,
      StatementResolver,
      MarginResolver,
      UsageResolver,
      AgentRunResolver,
      AuditLogResolver,
      AccountResolver,
      SuspensionResolver,
      AccountRatesResolver,
      AlertRuleResolver,
      AlertResolver,
      RunOfReceipt,
      RunOfEntry,
      RunProgressResolver,
      RunReceiptFields,
      ResearchResolver,
      ResearchFields,
      ResearchSectionFields,
      ResearchProgressResolver,
      ResearchOfReceipt,
      ResearchOfEntry,
      RedemptionResolver,
      SpendResolver,
      ExplainResolver,
      PreviewResolver,
    ],
    directives: DIRECTIVES,
    validate: false,
    // By an introspection at each start, a twentieth of it. Its text is checked where it is emitted, and the server checks it once more.
    skipCheck: true,
    pubSub: NO_TOPICS,
  });
  return withBoundedAnswers(withMutationsThatReadAnew(withAuditLog(withCatalogInputs(schema, catalogFile))));
}

/** The schema as text, ending in a line break. */
export async function printedSchema(catalogFile: FileShape): Promise<string> {
  return `${printSchema(await buildGraph(catalogFile))}\n`;
}
