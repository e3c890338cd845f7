/**
 * Text as UTF-8 can hold it. JSON and JavaScript can also say one half of a pair of surrogates (`"\ud800"`), which is no character.
 */
import { wrong } from './fault';

export const HALF_OF_A_CHARACTER = 'has half of a character in it, such as \\ud800: send whole ones';

/** What is kept is what was sent. @throws Fault `invalid_request` that names the argument */
export function refuseHalves(param: string, text: string): void {
  if (!text.isWellFormed()) throw wrong(param, HALF_OF_A_CHARACTER);
}
