import { Arg, Ctx, ID, Int, Mutation, Query, Resolver } from 'type-graphql';
import { createRule, createWebhook, isRate, type RuleWish, rotateWebhook } from '../../../alerts/manage-alerts';
import { updateRule } from '../../../alerts/update-rule';
import { Fault } from '../../../kernel/fault';
import { shown } from '../../../kernel/shown';
import { accountOf } from '../../../keys/viewer';
import { namesFor } from '../../../routing/model-names';
import type { GraphContext } from '../context';
import { decidedAccount } from '../decided-account';
import { given } from '../given';
import { AlertRuleNode, CreateAlertRuleInput, CreatedWebhookNode, UpdateAlertRuleInput, WebhookNode } from './alert-rule.type';
import { ABOUT_ALERTS, decidable, readingAccount, viewRule } from './alert-view';

/** A single failure in a quiet hour is no rate. */
const MINIMUM_REQUESTS = 20;
const RULE_ONCE =
  'Yours to choose, for each account: the same one never makes a second rule. A repeat with the same input fails with faultCode idempotency_settled and names the rule that was made; with another input: idempotency_mismatch.';
const WEBHOOK_ONCE =
  'Yours to choose, for each account: the same one never makes a second webhook. A repeat with the same url fails with faultCode idempotency_settled and names the webhook that was made, whose secret cannot be shown again: rotateWebhookSecret gives it a new one, deleteWebhook ends it. With another url: idempotency_mismatch.';
const ROTATED_ONCE =
  'Yours to choose, for each webhook: the same one never rotates it a second time, which would end the secret that was shown. A repeat with the same overlapSeconds fails with faultCode idempotency_settled, with another one idempotency_mismatch.';
const OVERLAP = {
  nullable: true,
  defaultValue: 0,
  description: 'For so long what is sent is signed with the secret before as well, and a receiver may know either. At most 30 days.',
};
const OF_WEBHOOK = { description: 'The id of the webhook.' };
const OF_RULE = { description: 'The id of the rule.' };

@Resolver()
export class AlertRuleResolver {
  @Query(() => [AlertRuleNode], { description: 'What the account, or for the operator every account, wants to be told of. Not for keys.' })
  async alertRules(@Ctx() { sources, viewer }: GraphContext): Promise<AlertRuleNode[]> {
    return (await sources.alertRules.rules(readingAccount(viewer))).map((rule) => viewRule(sources, rule));
  }

  @Query(() => [WebhookNode], { description: 'Where alerts are sent. Not for keys.' })
  async webhooks(@Ctx() { sources, viewer }: GraphContext): Promise<WebhookNode[]> {
    return [...(await sources.alertRules.webhooks(readingAccount(viewer)))];
  }

  @Mutation(() => AlertRuleNode, { description: 'For an owner or the operator.' })
  async createAlertRule(
    @Ctx() context: GraphContext,
    @Arg('input', () => CreateAlertRuleInput, { description: 'The rule that is wanted.' }) input: CreateAlertRuleInput,
    @Arg('idempotencyKey', () => String, { nullable: true, description: RULE_ONCE }) idempotencyKey: string | null,
  ): Promise<AlertRuleNode> {
    const wish = wishOf(input, await decidedAccount(context, input.accountId ?? null, ABOUT_ALERTS));
    await checkThings(context, wish);
    const means = { ...context.sources, ...context.sources.alertLimits };
    return viewRule(context.sources, await createRule(means, wish, idempotencyKey ?? null));
  }

  @Mutation(() => AlertRuleNode, {
    description:
      'For an owner or the operator. What a rule watches stays: another metric, bucket, window, key, project, route type or model is another rule. With another threshold, minimumRequests or slowerThanMs it begins anew, and is told at once where it is true; with another name or other emails what was told stays told.',
  })
  async updateAlertRule(
    @Ctx() { sources, viewer }: GraphContext,
    @Arg('id', () => ID, OF_RULE) id: string,
    @Arg('input', () => UpdateAlertRuleInput, { description: 'What is to change.' }) input: UpdateAlertRuleInput,
  ): Promise<AlertRuleNode> {
    decidable(viewer, (await sources.alertRules.rulesById([id])).get(id), `alert rule "${shown(id)}"`);
    return viewRule(sources, await updateRule({ ...sources, ...sources.alertLimits }, id, given(input)));
  }

  @Mutation(() => AlertRuleNode, { description: 'For an owner or the operator. A rule that is enabled again begins anew.' })
  async setAlertRuleEnabled(
    @Ctx() { sources, viewer }: GraphContext,
    @Arg('id', () => ID, OF_RULE) id: string,
    @Arg('enabled', () => Boolean, { description: 'false: it is not looked at.' }) enabled: boolean,
  ): Promise<AlertRuleNode> {
    const rule = decidable(viewer, (await sources.alertRules.rulesById([id])).get(id), `alert rule "${shown(id)}"`);
    await sources.alertRules.setRuleEnabled(id, enabled);
    return viewRule(sources, { ...rule, enabled, episode: null });
  }

  @Mutation(() => ID, { description: 'For an owner or the operator. What it has raised stays. Gives the id.' })
  async deleteAlertRule(@Ctx() { sources, viewer }: GraphContext, @Arg('id', () => ID, OF_RULE) id: string): Promise<string> {
    decidable(viewer, (await sources.alertRules.rulesById([id])).get(id), `alert rule "${shown(id)}"`);
    await sources.alertRules.deleteRule(id);
    return id;
  }

  @Mutation(() => CreatedWebhookNode, { description: 'For an owner or the operator. Every alert of the account is posted there.' })
  async createWebhook(
    @Ctx() context: GraphContext,
    @Arg('url', () => String, { description: 'https:// or http://, on the public internet.' }) url: string,
    @Arg('accountId', () => ID, { nullable: true, description: 'For the operator.' }) accountId: string | null,
    @Arg('idempotencyKey', () => String, { nullable: true, description: WEBHOOK_ONCE }) idempotencyKey: string | null,
  ): Promise<CreatedWebhookNode> {
    const account = await decidedAccount(context, accountId ?? null, ABOUT_ALERTS);
    return createWebhook({ ...context.sources, ...context.sources.alertLimits }, account, url, idempotencyKey ?? null);
  }

  @Mutation(() => CreatedWebhookNode, {
    description: 'For an owner or the operator. A new secret, shown this once; the one before signs beside it for overlapSeconds.',
  })
  async rotateWebhookSecret(
    @Ctx() { sources, viewer }: GraphContext,
    @Arg('id', () => ID, OF_WEBHOOK) id: string,
    @Arg('overlapSeconds', () => Int, OVERLAP) overlapSeconds: number | null,
    @Arg('idempotencyKey', () => String, { nullable: true, description: ROTATED_ONCE }) idempotencyKey: string | null,
  ): Promise<CreatedWebhookNode> {
    const webhook = decidable(viewer, (await sources.alertRules.webhook(id))?.webhook, `webhook "${shown(id)}"`);
    return rotateWebhook(sources, webhook, overlapSeconds ?? 0, idempotencyKey ?? null);
  }

  @Mutation(() => ID, { description: 'For an owner or the operator. Nothing more is sent there. Gives the id.' })
  async deleteWebhook(@Ctx() { sources, viewer }: GraphContext, @Arg('id', () => ID, OF_WEBHOOK) id: string): Promise<string> {
    decidable(viewer, (await sources.alertRules.webhook(id))?.webhook, `webhook "${shown(id)}"`);
    await sources.alertRules.deleteWebhook(id);
    return id;
  }
}

function wishOf(input: CreateAlertRuleInput, accountId: string): RuleWish {
  const { name, metric, threshold, bucket = null, window = null, slowerThanMs = null, emails } = input;
  const { apiKeyId = null, projectId = null, routeType = null, model = null } = input;
  const minimumRequests = input.minimumRequests ?? (isRate(metric) ? MINIMUM_REQUESTS : null);
  return {
    ...{ accountId, name, metric, threshold, bucket, window, minimumRequests, slowerThanMs, emails: emails ?? [] },
    ...{ apiKeyId, projectId, routeType, model },
  };
}

/** Whoever decides about an account sees its keys and projects; those of others do not exist for it. */
async function checkThings({ sources, viewer, catalog }: GraphContext, wish: RuleWish): Promise<void> {
  const { accountId, apiKeyId, projectId, model } = wish;
  const account = accountOf(viewer) ?? accountId;
  const key = apiKeyId === null ? null : (await sources.keys.find([apiKeyId])).get(apiKeyId);
  if (apiKeyId !== null && key?.accountId !== account)
    throw new Fault('not_found', `There is no API key "${shown(apiKeyId)}".`, { param: 'apiKeyId' });
  const project = projectId === null ? null : (await sources.accounts.projectsById([projectId])).get(projectId);
  if (projectId !== null && project?.accountId !== account)
    throw new Fault('not_found', `There is no project "${shown(projectId)}".`, { param: 'projectId' });
  if (model === null) return;
  const aliases = (await sources.keys.list(accountId)).flatMap(({ policies }) => policies.modelAliases);
  if (!namesFor(catalog, aliases).includes(model)) throw new Fault('not_found', `There is no model "${shown(model)}".`, { param: 'model' });
}
