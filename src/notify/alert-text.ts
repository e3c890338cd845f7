/** An alert as it leaves the house: the body of a webhook, and the text of a mail. */
import type { Alert } from '../alerts/alert';
import { formatDecimal } from '../kernel/money';

/** The same for every try. Amounts and shares are decimal strings, times ISO 8601 in UTC. */
export function alertBody(alert: Alert): string {
  const { id, ruleId, accountId, metric, message, value, threshold, receiptId, ledgerEntryId, raisedAt } = alert;
  const amounts = { value: formatDecimal(value), threshold: formatDecimal(threshold) };
  const timestamp = new Date(raisedAt).toISOString();
  return JSON.stringify({
    type: 'alert.raised',
    timestamp,
    data: { id, ruleId, accountId, metric, message, ...amounts, receiptId, ledgerEntryId },
  });
}

export function alertMail({ message, receiptId, ledgerEntryId, id, raisedAt }: Alert): { readonly subject: string; readonly text: string } {
  const links = [
    ...(receiptId === null ? [] : [`Receipt: ${receiptId}`]),
    ...(ledgerEntryId === null ? [] : [`Ledger entry: ${ledgerEntryId}`]),
  ];
  const lines = [message, '', ...links, `Alert: ${id}`, `Raised: ${new Date(raisedAt).toISOString()}`];
  return { subject: `Tokens Forge alert: ${message.slice(0, 150)}`.replaceAll(/[\r\n]+/g, ' '), text: lines.join('\n') };
}
