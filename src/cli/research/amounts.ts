import type { Amount } from './queries';

/** `0.0118 CNY`, and both where both balances have something; nothing: `0`. Currencies are never added up. */
export function amountsText(amounts: readonly Amount[]): string {
  const some = amounts.filter(({ amount }) => /[1-9]/.test(amount));
  return some.length === 0 ? '0' : some.map(({ amount, currency }) => `${amount} ${currency}`).join(' + ');
}
