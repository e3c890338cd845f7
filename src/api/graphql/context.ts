/** What every resolver of one request works with. */
import type DataLoader from 'dataloader';
import type { AlertDelivery, AlertRule } from '../../alerts/alert';
import type { AlertLog, AlertRuleStore } from '../../alerts/alert-store';
import type { AlertManagement } from '../../alerts/manage-alerts';
import type { Upstreams } from '../../attempts/upstream';
import type { Clock } from '../../kernel/clock';
import type { Log } from '../../kernel/log';
import type { AccountStore, SettingStore } from '../../keys/account-store';
import type { ApiKeyStore } from '../../keys/api-key-store';
import type { KeyRing } from '../../keys/authenticate';
import type { ManagementToken, TokenStore } from '../../keys/management-token';
import type { RateLimiter } from '../../keys/rate-limiter';
import type { Viewer } from '../../keys/viewer';
import type { LedgerVerifier } from '../../ledger/audit/verification';
import type { GroupCommit } from '../../ledger/group-commit';
import type { LedgerReader, Scope } from '../../ledger/ledger-reader';
import type { MoneyFacts } from '../../ledger/money-facts';
import type { AuditLog } from '../../ledger/mutation-log';
import type { GuessBrake } from '../../ledger/redemption/guess-brake';
import type { RedemptionStore } from '../../ledger/redemption/redemption-store';
import type { SpendTailPorts } from '../../ledger/spend-tail';
import type { Statements } from '../../ledger/statement/statement';
import type { UsageReports } from '../../ledger/usage-report';
import type { ResearchManagement } from '../../research/manage-research';
import type { ResearchStore } from '../../research/research-store';
import type { Catalog } from '../../routing/catalog';
import type { EntryReader } from '../../routing/catalog-edit';
import type { CatalogStore } from '../../routing/catalog-store';
import type { ChannelHealth } from '../../routing/health/channel-health';
import type { CatalogEditor } from '../../routing/operate-catalog';
import type { RunStore } from '../../runs/run-store';
import { loaderById } from './batch';
import { KeyLoaders } from './keys/key.loader';
import { LedgerLoaders } from './ledger/ledger.loader';
import { NodeAllowance } from './node-allowance';
import { ReceiptLoaders } from './receipts/receipt.loader';
import { ResearchLoaders } from './research/research.loader';
import { RunLoaders } from './runs/run.loader';

/** The ports that the graph reads from. */
export interface GraphSources {
  readonly keys: ApiKeyStore;
  readonly accounts: AccountStore;
  readonly tokens: TokenStore;
  readonly settings: SettingStore;
  readonly auditLog: AuditLog;
  readonly alertRules: AlertRuleStore;
  readonly alertLog: AlertLog;
  readonly alertLimits: Pick<AlertManagement, 'problemOfAddress' | 'sendsMail'>;
  readonly catalog: CatalogStore & CatalogEditor;
  readonly catalogEntries: EntryReader;
  readonly reader: LedgerReader;
  readonly runs: RunStore;
  readonly research: ResearchStore;
  readonly researchManagement: ResearchManagement;
  /** Where money is moved. */
  readonly commit: Pick<GroupCommit, 'end'>;
  readonly spend: SpendTailPorts;
  readonly statements: Statements;
  readonly facts: MoneyFacts;
  readonly usage: Pick<UsageReports, 'usage'>;
  readonly verifier: LedgerVerifier;
  readonly codes: RedemptionStore;
  readonly guesses: GuessBrake;
  readonly upstreams: Upstreams;
  readonly health: ChannelHealth;
  readonly rates: Pick<RateLimiter, 'levels'>;
  readonly keyRing: KeyRing;
  readonly clock: Clock;
  readonly log: Log;
}

export interface GraphContext extends Reading {
  readonly requestId: string;
  readonly viewer: Viewer;
  readonly scope: Scope;
  readonly sources: GraphSources;
  /** Of the whole request, its mutations together. */
  readonly allowance: NodeAllowance;
  /** Forgets what was read. To be called before each mutation: the one before it, in the same request, has changed what it was read from. */
  readAnew(this: GraphContext): void;
}

/** What a query, or one mutation of a request, reads from: everything as of one moment, as far as it remembers. */
interface Reading {
  /** Milliseconds since 1970: one instant. */
  readonly now: number;
  /** One snapshot. */
  readonly catalog: Catalog;
  readonly keys: KeyLoaders;
  readonly receipts: ReceiptLoaders;
  readonly ledger: LedgerLoaders;
  readonly runs: RunLoaders;
  readonly research: ResearchLoaders;
  /** By their ids. */
  readonly alertRules: DataLoader<string, AlertRule | null>;
  /** By the id of the alert. */
  readonly alertDeliveries: DataLoader<string, readonly AlertDelivery[] | null>;
  /** By account id. */
  readonly accountTokens: DataLoader<string, readonly ManagementToken[] | null>;
}

/** Loaders live as long as one request: nothing is remembered between callers. */
export function contextFor(sources: GraphSources, viewer: Viewer, requestId: string): GraphContext {
  const scope = scopeOf(viewer);
  const allowance = new NodeAllowance();
  const reading = () => readingOf(sources, viewer, scope, allowance);
  let isFirst = true;
  // Over HTTP the library copies the context: what is read anew is the one that is asked.
  const readAnew = function (this: GraphContext): void {
    // Before the first mutation nothing was read, so there is nothing to forget.
    if (!isFirst) Object.assign(this, reading());
    isFirst = false;
  };
  return { requestId, viewer, scope, sources, allowance, ...reading(), readAnew };
}

function readingOf(sources: GraphSources, viewer: Viewer, scope: Scope, allowance: NodeAllowance): Reading {
  return {
    now: sources.clock.now(),
    catalog: sources.catalog.current(),
    keys: new KeyLoaders(sources, viewer, allowance),
    receipts: new ReceiptLoaders(sources, scope, allowance),
    ledger: new LedgerLoaders(sources.reader, viewer, scope, allowance),
    runs: new RunLoaders(sources, viewer, scope, allowance),
    research: new ResearchLoaders(sources, viewer, scope, allowance),
    alertRules: loaderById(allowance, (ids) => sources.alertRules.rulesById(ids)),
    alertDeliveries: loaderById(allowance, (ids) => sources.alertLog.deliveries(ids)),
    accountTokens: loaderById(allowance, async (ids) => {
      const tokens = await sources.tokens.list(ids);
      return new Map(ids.map((id) => [id, tokens.filter(({ accountId }) => accountId === id)]));
    }),
  };
}

function scopeOf(viewer: Viewer): Scope {
  switch (viewer.kind) {
    case 'operator':
      return null;
    case 'account':
      return { accountId: viewer.accountId };
    case 'key':
      return { apiKeyId: viewer.key.id };
  }
}
