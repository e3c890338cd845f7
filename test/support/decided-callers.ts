/** Who may ask for each root field of the graph. Whoever adds one decides it here. */

/**
 * `operator`: the operator alone; `owner`: owners of the account as well; `people`: members of it too; `everybody`: keys as well,
 * each as far as it sees.
 */
export type AskedBy = 'operator' | 'owner' | 'people' | 'everybody';

const BY: Readonly<Record<AskedBy, readonly string[]>> = {
  operator: [
    ...['margins', 'overages', 'redemptionCodes', 'channels'],
    ...['createAccount', 'renameAccount', 'setAccountRates', 'suspendAccount', 'resumeAccount'],
    ...['topUp', 'refund', 'adjust', 'createRedemptionCodes', 'revokeRedemptionCode'],
    ...['setPrice', 'withdrawPrice', 'setChannelStatus', 'createChannel', 'updateChannel', 'retireChannel'],
    ...['createModel', 'updateModel', 'retireModel', 'createRoute', 'updateRoute', 'retireRoute'],
  ],
  owner: [
    ...['createAccountToken', 'revokeAccountToken', 'createProject', 'renameProject', 'setProjectSpendLimits', 'redeem'],
    ...['createAlertRule', 'updateAlertRule', 'setAlertRuleEnabled', 'deleteAlertRule'],
    ...['createWebhook', 'rotateWebhookSecret', 'deleteWebhook'],
  ],
  people: [
    ...['alerts', 'alertRules', 'webhooks', 'auditLog', 'statement', 'verifyLedger', 'alertRaised'],
    ...['createApiKey', 'updateApiKey', 'pauseApiKey', 'resumeApiKey', 'revokeApiKey', 'rotateApiKey'],
  ],
  everybody: [
    ...['accounts', 'apiKeys', 'apiKey', 'projects', 'wallets', 'ledgerEntries', 'explainSpend', 'usage', 'spendCursor', 'spend'],
    ...['receipt', 'receipts', 'models', 'routes', 'routePreview'],
    ...['agentRun', 'agentRuns', 'finishAgentRun', 'setAgentRunBudget', 'agentRunProgress'],
    ...['researchEstimate', 'researchRun', 'researchRuns', 'startResearchRun', 'cancelResearchRun', 'resumeResearchRun'],
    'researchRunProgress',
  ],
};

/** How the description of such a field says so. */
export const SAID_SO: Readonly<Record<AskedBy, RegExp>> = {
  operator: /^Operators only\./,
  owner: /For (an|the) owner (of the account|or the operator)/,
  people: /Not for keys\.|For the account that owns it, and for the operator\.|For the people of the account/,
  everybody: /^(?!.*(Operators only|Not for keys|[Ff]or an owner|[Ff]or its owner)).*$/s,
};

/** undefined: nobody decided. */
export function decidedFor(field: string): AskedBy | undefined {
  return (Object.keys(BY) as AskedBy[]).find((who) => BY[who].includes(field));
}

/** Every field that somebody decided of. */
export const DECIDED: readonly string[] = Object.values(BY).flat();
