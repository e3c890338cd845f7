import { Arg, Ctx, FieldResolver, ID, Query, Resolver, Root, Subscription } from 'type-graphql';
import { placeOfAlertCursor, tailAlerts } from '../../../alerts/alert-tail';
import type { GraphContext } from '../context';
import { given } from '../given';
import { LedgerEntryNode, viewEntry } from '../ledger/ledger-entry.type';
import { followedTail } from '../live/followed';
import { After, connectionOf, First, pageRequest } from '../pages';
import { ReceiptNode } from '../receipts/receipt.type';
import { namedReceipt } from '../receipts/receipt-root';
import { AlertConnection, AlertDeliveryNode, AlertNode } from './alert.type';
import { AlertRuleNode } from './alert-rule.type';
import { readingAccount, viewAlert, viewRule } from './alert-view';

@Resolver(() => AlertNode)
export class AlertResolver {
  @Query(() => AlertConnection, { description: 'What was told, new to old: of the account, or for the operator of all. Not for keys.' })
  async alerts(
    @Ctx() { sources, viewer }: GraphContext,
    @First() first: number | null,
    @After() after: string | null,
    @Arg('ruleId', () => ID, { nullable: true, description: 'Only those of this rule.' }) ruleId: string | null,
  ): Promise<AlertConnection> {
    const asked = given({ ruleId });
    const page = pageRequest(first, after);
    return connectionOf(page, await sources.alertLog.page(readingAccount(viewer), page, asked.ruleId), viewAlert);
  }

  @Subscription(() => AlertNode, {
    description: 'Each alert once, as it is raised. Without `after`: from now on. Not for keys.',
    subscribe: ({ args, context }) => follow(context as GraphContext, (args as { readonly after?: string | null }).after ?? null),
  })
  alertRaised(
    @Root() alert: AlertNode,
    @Arg('after', () => String, { nullable: true, description: 'The cursor of the last alert that was seen.' }) _after: string | null,
  ): AlertNode {
    return alert;
  }

  @FieldResolver(() => AlertRuleNode, { nullable: true, description: 'The rule that came true; null: it was deleted since.' })
  async rule(@Root() { ruleId }: AlertNode, @Ctx() { alertRules, sources }: GraphContext): Promise<AlertRuleNode | null> {
    const rule = await alertRules.load(ruleId);
    return rule === null ? null : viewRule(sources, rule);
  }

  @FieldResolver(() => ReceiptNode, { nullable: true, description: 'The newest receipt that took part in it.' })
  receipt(@Root() { receiptId }: AlertNode, @Ctx() { receipts }: GraphContext): Promise<ReceiptNode | null> {
    return namedReceipt(receipts, receiptId);
  }

  @FieldResolver(() => LedgerEntryNode, { nullable: true, description: 'The newest ledger entry that took part in it.' })
  async ledgerEntry(@Root() { ledgerEntryId }: AlertNode, @Ctx() { ledger }: GraphContext): Promise<LedgerEntryNode | null> {
    const entry = ledgerEntryId === null ? null : await ledger.entry(ledgerEntryId);
    return entry === null ? null : viewEntry(entry);
  }

  @FieldResolver(() => [AlertDeliveryNode], { description: 'The log of how it reached the webhooks and people.' })
  async deliveries(@Root() { id }: AlertNode, @Ctx() { alertDeliveries }: GraphContext): Promise<AlertDeliveryNode[]> {
    return [...((await alertDeliveries.load(id)) ?? [])];
  }
}

/** @throws Fault `forbidden` for keys, `invalid_request` for a cursor that is none */
async function follow({ sources, viewer }: GraphContext, after: string | null): Promise<AsyncIterable<AlertNode>> {
  const place = after === null ? null : placeOfAlertCursor(after);
  return followedTail((left) => tailAlerts(sources, readingAccount(viewer), place, left), viewAlert);
}
