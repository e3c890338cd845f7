/** Lengths of texts as people and databases count them: an emoji is one character, although it takes two units of a string. */
import { wrong } from './fault';
import { refuseHalves } from './well-formed';

export const NAME_MAX = 200;

export function hasAtMost(characters: number, text: string): boolean {
  if (text.length <= characters) return true;
  return text.length <= 2 * characters && [...text].length <= characters;
}

/** A name that somebody gives to something, without spaces around it. @throws Fault `invalid_request` */
export function checkedName(name: string): string {
  const trimmed = name.trim();
  if (trimmed === '' || !hasAtMost(NAME_MAX, trimmed)) throw wrong('name', `must have 1 to ${NAME_MAX} characters`);
  refuseHalves('name', trimmed);
  return trimmed;
}

const MEMO_MAX = 500;

/** What somebody says about money. @throws Fault `invalid_request` */
export function checkMemo(memo: string | null): void {
  if (memo === null) return;
  if (!hasAtMost(MEMO_MAX, memo)) throw wrong('memo', `must have at most ${MEMO_MAX} characters`);
  refuseHalves('memo', memo);
}
