/** Words in stored rows, checked against the vocabulary that they come from. */
import { InvariantBroken } from '../../kernel/invariant';

/** A word of ours. @throws InvariantBroken that names the place, such as `receipt.status`, when it is none */
export function storedWord<W extends string>(vocabulary: readonly W[], value: string, place: string): W {
  const word = vocabulary.find((each) => each === value);
  if (word === undefined) throw new InvariantBroken(`${place} is "${value}" in the database, which is none of ${vocabulary.join(', ')}`);
  return word;
}

const STORED_ID = /^(?:[\x20-\x7e]*[\x21-\x7e])?$/;

/**
 * Whether a column of identifiers can hold this. MySQL refuses to compare such a column with characters beyond ASCII, and takes
 * texts for equal that differ by spaces at their end, which no identifier has: what no row can hold is not found, without asking.
 */
export function canBeStoredId(id: string): boolean {
  return STORED_ID.test(id);
}
