/**
 * What each mutation changes, and how that is read before and after it. A mutation without a row here does not run, so none
 * can be forgotten. States are read past the loaders, which remember, and only as far as the viewer may see them.
 */
import { formatDecimal } from '../../../kernel/money';
import { secretMark } from '../../../kernel/secret';
import { accountOf, maySeeAccount, maySeeKey, maySeeProject, type Viewer } from '../../../keys/viewer';
import { withoutSecrets } from '../../../routing/catalog';
import type { GraphContext } from '../context';

/** A thing as it stands; `accountId` null: it belongs to no account. */
export interface Standing {
  readonly accountId: string | null;
  readonly state: object;
}

export interface Audited {
  /** The id of what is changed: from the arguments, from who asks, or from the result where the mutation makes it. */
  target(args: Args, result: unknown, viewer: Viewer): string | null;
  /**
   * null: there is no such thing, or the viewer may not see it.
   * @param result of the mutation; null before it has run
   */
  read(context: GraphContext, target: string, args: Args, result: unknown): Promise<Standing | null>;
}

export type Args = Readonly<Record<string, unknown>>;

const named = (name: string) => (args: Args) => textIn(args[name]);
const ofKey = { target: named('id'), read: keyStanding };
const ofChannel = { target: named('id'), read: channelStanding };
const ofModel = { target: named('id'), read: modelStanding };
const ofRoute = { target: named('id'), read: routeStanding };
const ofRun = { target: named('id'), read: runStanding };
/** Movements: the balances of the account. */
const ofAccount = {
  target: (args: Args, _: unknown, viewer: Viewer) => textIn(args['accountId']) ?? accountOf(viewer),
  read: withEntry(accountStanding),
};

export const AUDITED: Readonly<Record<string, Audited>> = {
  createApiKey: { target: (_, result) => textIn(memberOf(memberOf(result, 'apiKey'), 'id')), read: keyStanding },
  updateApiKey: ofKey,
  pauseApiKey: ofKey,
  resumeApiKey: ofKey,
  revokeApiKey: ofKey,
  rotateApiKey: ofKey,
  createProject: { target: (_, result) => textIn(memberOf(result, 'id')), read: projectStanding },
  renameProject: { target: named('projectId'), read: projectStanding },
  setProjectSpendLimits: { target: named('projectId'), read: projectStanding },
  topUp: ofAccount,
  adjust: ofAccount,
  redeem: ofAccount,
  refund: { target: named('receiptId'), read: withEntry(receiptStanding) },
  createRedemptionCodes: { target: (_, result) => firstCodeIn(result), read: codesStanding },
  revokeRedemptionCode: { target: named('id'), read: codeStanding },
  setPrice: { target: named('routeId'), read: routeStanding },
  withdrawPrice: { target: named('routeId'), read: routeStanding },
  setChannelStatus: ofChannel,
  createChannel: { target: writtenName, read: channelStanding },
  updateChannel: ofChannel,
  retireChannel: ofChannel,
  createModel: { target: writtenName, read: modelStanding },
  updateModel: ofModel,
  retireModel: ofModel,
  createRoute: { target: (_, result) => textIn(memberOf(result, 'id')), read: routeStanding },
  updateRoute: ofRoute,
  retireRoute: ofRoute,
  createAccount: { target: (_, result) => textIn(memberOf(memberOf(result, 'account'), 'id')), read: accountStanding },
  suspendAccount: { target: named('id'), read: boundsStanding },
  resumeAccount: { target: named('id'), read: boundsStanding },
  renameAccount: { target: named('id'), read: boundsStanding },
  setAccountRates: { target: named('id'), read: boundsStanding },
  createAccountToken: { target: (_, result) => textIn(memberOf(memberOf(result, 'token'), 'id')), read: tokenStanding },
  revokeAccountToken: { target: named('id'), read: tokenStanding },
  createAlertRule: { target: (_, result) => textIn(memberOf(result, 'id')), read: alertRuleStanding },
  updateAlertRule: { target: named('id'), read: alertRuleStanding },
  setAlertRuleEnabled: { target: named('id'), read: alertRuleStanding },
  deleteAlertRule: { target: named('id'), read: alertRuleStanding },
  createWebhook: { target: (_, result) => textIn(memberOf(memberOf(result, 'webhook'), 'id')), read: webhookStanding },
  rotateWebhookSecret: { target: named('id'), read: webhookStanding },
  deleteWebhook: { target: named('id'), read: webhookStanding },
  startResearchRun: { target: (_, result) => textIn(memberOf(result, 'id')), read: runStanding },
  cancelResearchRun: ofRun,
  resumeResearchRun: ofRun,
  finishAgentRun: ofRun,
  setAgentRunBudget: ofRun,
};

/** A state as JSON; amounts are decimal strings. */
export function stateText({ state }: Standing): string {
  return JSON.stringify(state, (_, value: unknown) => (typeof value === 'bigint' ? formatDecimal(value) : value));
}

/** With the entry that was written or, for a repeat, that stood already: others may move the same balance between before and after. */
function withEntry(read: (context: GraphContext, target: string) => Promise<Standing | null>): Audited['read'] {
  return async (context, target, _args, result) => {
    const standing = await read(context, target);
    const entry = textIn(memberOf(result, 'id'));
    return standing === null || entry === null ? standing : { ...standing, state: { ...standing.state, entry } };
  };
}

async function keyStanding({ sources, viewer }: GraphContext, id: string): Promise<Standing | null> {
  const key = (await sources.keys.find([id])).get(id);
  return key === undefined || !maySeeKey(viewer, key) ? null : { accountId: key.accountId, state: key };
}

async function projectStanding({ sources, viewer }: GraphContext, id: string): Promise<Standing | null> {
  const project = (await sources.accounts.projectsById([id])).get(id);
  return project === undefined || !maySeeProject(viewer, project) ? null : { accountId: project.accountId, state: project };
}

async function runStanding({ sources, viewer }: GraphContext, id: string): Promise<Standing | null> {
  const run = (await sources.runs.find([id])).get(id);
  if (run === undefined || !maySeeKey(viewer, { id: run.apiKeyId, accountId: run.accountId })) return null;
  return { accountId: run.accountId, state: run };
}

async function accountStanding({ sources, viewer }: GraphContext, accountId: string): Promise<Standing | null> {
  if (!maySeeAccount(viewer, accountId)) return null;
  const wallets = await sources.reader.wallets(accountId);
  const balances = Object.fromEntries(wallets.map(({ bucket, posted, held }) => [bucket, { balance: posted, held }]));
  return wallets.length === 0 ? null : { accountId, state: balances };
}

/** Its name, and what the operator lets it do. */
async function boundsStanding({ sources, viewer }: GraphContext, id: string): Promise<Standing | null> {
  const account = maySeeAccount(viewer, id) ? await sources.accounts.find(id) : undefined;
  return account === undefined ? null : { accountId: account.id, state: account };
}

async function tokenStanding({ sources, viewer }: GraphContext, id: string): Promise<Standing | null> {
  const token = await sources.tokens.find(id);
  return token === undefined || !maySeeAccount(viewer, token.accountId) ? null : { accountId: token.accountId, state: token };
}

async function alertRuleStanding({ sources, viewer }: GraphContext, id: string): Promise<Standing | null> {
  const rule = (await sources.alertRules.rulesById([id])).get(id);
  return rule === undefined || !maySeeAccount(viewer, rule.accountId) ? null : { accountId: rule.accountId, state: rule };
}

/** Without its secret, of which it is only told whether it is another one. */
async function webhookStanding({ sources, viewer }: GraphContext, id: string): Promise<Standing | null> {
  const found = await sources.alertRules.webhook(id);
  if (found === undefined || !maySeeAccount(viewer, found.webhook.accountId)) return null;
  const { webhook, secret } = found;
  return { accountId: webhook.accountId, state: { ...webhook, secret: secretMark(secret) } };
}

async function receiptStanding({ sources, scope }: GraphContext, id: string): Promise<Standing | null> {
  const found = await sources.reader.receipt(id, scope);
  if (found === undefined || found.inFlight) return null;
  const { accountId, charge } = found.record;
  return { accountId, state: { charge, refunded: await sources.reader.refundedOf(id) } };
}

/** What was made, named by its first code: the others follow it in the list of codes. */
async function codesStanding(_context: GraphContext, firstCode: string, args: Args): Promise<Standing> {
  const { count, bucket, amount, expiresAt = null } = args;
  return { accountId: null, state: { firstCode, count, bucket, amount, expiresAt } };
}

async function codeStanding({ sources, viewer }: GraphContext, id: string): Promise<Standing | null> {
  const code = viewer.kind === 'operator' ? await sources.codes.find(id) : undefined;
  return code === undefined ? null : { accountId: null, state: code };
}

async function routeStanding({ sources, viewer }: GraphContext, id: string): Promise<Standing | null> {
  const route = sources.catalog.current().routes.get(id);
  if (route === undefined || viewer.kind !== 'operator') return null;
  const { price, upcoming = [], enabled, steps } = route;
  return { accountId: null, state: { enabled, price, upcoming, steps } };
}

/** Without its secret, of which it is only told whether it is another one. */
async function channelStanding({ sources, viewer }: GraphContext, id: string): Promise<Standing | null> {
  const channel = sources.catalog.current().channels.get(id);
  return channel === undefined || viewer.kind !== 'operator' ? null : { accountId: null, state: withoutSecrets(channel) };
}

async function modelStanding({ sources, viewer }: GraphContext, id: string): Promise<Standing | null> {
  const model = sources.catalog.current().models.get(id);
  return model === undefined || viewer.kind !== 'operator' ? null : { accountId: null, state: model };
}

function writtenName(args: Args): string | null {
  return textIn(memberOf(args['input'], 'id'));
}

/** Which account an entry of the log belongs to: what was changed, or else whoever tried. */
export function accountIn({ viewer }: GraphContext, standing: Standing | null): string | null {
  return standing?.accountId ?? accountOf(viewer);
}

function firstCodeIn(result: unknown): string | null {
  return Array.isArray(result) ? textIn(memberOf(memberOf(result[0], 'redemptionCode'), 'id')) : null;
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function textIn(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
