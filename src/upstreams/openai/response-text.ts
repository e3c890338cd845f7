/** All text that a model wrote in the items of a response: what a token count is made from when usage is missing. */
import { type JsonRecord, recordOf, textOf } from '../json';

/** Of the list that a response holds. */
export function outputTextOfItems(items: unknown): string {
  return Array.isArray(items) ? items.map((item) => outputTextOfItem(recordOf(item))).join('') : '';
}

/** Messages, refusals, reasoning, and the names and arguments of calls. */
function outputTextOfItem(item: JsonRecord): string {
  return partsText(item['summary']) + partsText(item['content']) + textOf(item['name']) + textOf(item['arguments']) + textOf(item['input']);
}

/** The events that add to the output; what a later event repeats is not counted again. */
export function outputTextOfEvent({ type, delta, item }: JsonRecord): string {
  if (typeof delta === 'string' && typeof type === 'string' && type.endsWith('.delta')) return delta;
  return type === 'response.output_item.added' ? textOf(recordOf(item)['name']) : '';
}

function partsText(parts: unknown): string {
  if (!Array.isArray(parts)) return '';
  return parts.map((part) => textOf(recordOf(part)['text'] ?? recordOf(part)['refusal'])).join('');
}
