import { Fault } from '../kernel/fault';

/** Also safe as the name of a file: no slash, and no dot in front. */
const SYMBOL = /^[A-Za-z0-9^][A-Za-z0-9.^=_-]{0,19}$/;

/** The symbol in capitals. @throws Fault `invalid_request` for what no provider could know */
export function checkedSymbol(text: string): string {
  const symbol = text.trim();
  // Looked at before it is in capitals: those of some other letters are the ones of other symbols, as of `ﬁ`.
  if (SYMBOL.test(symbol)) return symbol.toUpperCase();
  const shape = 'must have 1 to 20 characters of letters, digits and . ^ = _ -, such as AAPL';
  throw new Fault('invalid_request', `symbol ${shape}.`, { param: 'symbol' });
}

/** @param hint what to do about it, as a sentence */
export function unknownSymbol(symbol: string, provider: string, hint: string): Fault {
  return new Fault('invalid_request', `symbol: the market data of "${provider}" has no ${symbol}. ${hint}`, { param: 'symbol' });
}
