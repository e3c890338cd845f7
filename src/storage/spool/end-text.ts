/** The end of a request as one text that people can read too. */
import type { EndRequest } from '../../ledger/ledger-store';
import { exactText, exactValue } from '../sql/exact-json';

export function textOfEnd(item: EndRequest): string {
  return exactText(item);
}

/** @throws when the text is not one that `textOfEnd` made */
export function endOfText(text: string): EndRequest {
  const item = exactValue(text) as EndRequest;
  if (item?.kind !== 'end' || typeof item.receipt?.requestId !== 'string') throw new Error('This is not the end of a request.');
  return item;
}
