/** The ports for rules, and for alerts and what is on its way. */
import type { MadeMemory, Once } from '../kernel/made-once';
import type { Page, PageRequest } from '../ledger/ledger-reader';
import type { Alert, AlertDelivery, AlertRule, SigningWebhook, Webhook } from './alert';

/** How a try ended. */
export interface Tried {
  readonly state: AlertDelivery['state'];
  readonly result: string;
  /** false: there was nowhere to send it, and no try was made. */
  readonly sent: boolean;
  /** When it ended, in milliseconds since 1970. */
  readonly at: number;
  /** After how long the next try is due. */
  readonly againInMs: number;
}

/** How many deliveries may be taken. */
export interface DeliveryRoom {
  readonly limit: number;
  /** No account has more than this on its way, so that receivers that hang keep none of another account. */
  readonly perAccount: number;
  /** How many each account has on its way already. */
  readonly underWay: ReadonlyMap<string, number>;
}

/** A delivery that one process tries, until its claim has passed and another takes it. */
export interface Claimed {
  readonly delivery: AlertDelivery;
  readonly alert: Alert;
  /** Which taking of it this is. */
  readonly claim: string;
}

/** Instants in milliseconds since 1970. */
export interface WebhookRotation {
  readonly id: string;
  readonly secret: string;
  readonly at: number;
  readonly formerUntil: number;
  readonly once: Once | null;
}

/** What an account wants to be told of, and where. */
export interface AlertRuleStore extends MadeMemory {
  /** Rejects, and adds nothing, where a rule was made for the same request. */
  addRule(rule: AlertRule, once?: Once | null): Promise<void>;
  /** By account, or all of them. */
  rules(accountId: string | null): Promise<readonly AlertRule[]>;
  rulesById(ids: readonly string[]): Promise<ReadonlyMap<string, AlertRule>>;
  /**
   * Writes the name, bounds, addresses and episode of what `to` makes of the rule as it stands; nobody else changes it in between.
   * @throws Fault `not_found`, and whatever `to` throws: then nothing is changed
   */
  changeRule(id: string, to: (rule: AlertRule) => AlertRule): Promise<AlertRule>;
  setRuleEnabled(id: string, enabled: boolean): Promise<void>;
  deleteRule(id: string): Promise<void>;

  /** `secret` signs what is sent there. Rejects, and adds nothing, where a webhook was made for the same request. */
  addWebhook(webhook: Webhook, secret: string, once: Once | null): Promise<void>;
  webhooks(accountId: string | null): Promise<readonly Webhook[]>;
  /** undefined: there is none of that id. */
  webhook(id: string): Promise<SigningWebhook | undefined>;
  /**
   * Gives a webhook another secret. The one that it has signs beside it until `formerUntil`, where that is later than `at`, and none that
   * was before. Changes nothing where the same request has rotated it. @throws Fault `not_found`
   */
  rotateWebhook(rotation: WebhookRotation): Promise<void>;
  /** What waits to be sent there is over. A try that is under way comes to its end, and is the last one. */
  deleteWebhook(id: string): Promise<void>;
  /** The rule is quiet again, and may come true anew; nothing happens when it raised another episode meanwhile. */
  calm(ruleId: string, episode: string): Promise<void>;
  /** Notes which windows are past for a rule that told `told`; nothing happens when it raised or began something else meanwhile. */
  pass(ruleId: string, told: string | null, past: string): Promise<void>;
}

/** What was told, in order, and how it reached whom. */
export interface AlertLog {
  /**
   * Notes that a rule has come true, once for an episode whoever sees it: false when it, or a later one, was noted before, or when the rule
   * has other bounds by now. The alert gets its place in the order of all, and a delivery for every webhook of its account and every address
   * that the rule has now, in one transaction.
   */
  raise(rule: AlertRule, alert: Omit<Alert, 'seq'>, episode: string): Promise<boolean>;
  /** New to old. @throws Fault `invalid_request` for a cursor that is none */
  page(accountId: string | null, page: PageRequest, ruleId: string | undefined): Promise<Page<Alert>>;
  /** The alerts behind a place in the order of all, at most `limit`. */
  after(accountId: string | null, seq: bigint, limit: number): Promise<readonly Alert[]>;
  /** The place of the newest alert. */
  head(): Promise<bigint>;

  deliveries(alertIds: readonly string[]): Promise<ReadonlyMap<string, readonly AlertDelivery[]>>;
  /** Takes deliveries that are due, so that no other process tries them for so long, whatever its clock says. */
  claim(forMs: number, room: DeliveryRoom): Promise<readonly Claimed[]>;
  /**
   * Writes down how a try ended, and lets go of the delivery. What has arrived has arrived, whoever says so; of a try that failed
   * only the claim that stands is heard, so that a process that was stopped for a while takes back nothing that others delivered.
   */
  tried(taken: Pick<Claimed, 'delivery' | 'claim'>, tried: Tried): Promise<void>;
}
