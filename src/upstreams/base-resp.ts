/**
 * How MiniMax refuses: with status 200, no choices or no content, and a `base_resp` that says why. Its codes are those of
 * https://platform.minimax.io/docs/api-reference/errorcode and of the answer's own schema beside it (text-post).
 */
import { isRecord } from '../kernel/record';
import { type JsonRecord, textOf } from './json';

/** An error with the status that it would have where HTTP tells it; null: the provider's own fault, or a code that is not known. */
export class BaseRefusal {
  constructor(
    readonly message: string,
    readonly code: string,
    readonly status: number | null,
  ) {}
}

/** What each code means, and the word that OpenAI's clients know for it; left out: the code itself. */
const MEANT: Readonly<Record<number, readonly [status: number, word?: string]>> = {
  // Requests or tokens a minute, connections, growth of requests, the five hours of a plan.
  ...Object.fromEntries([1002, 1039, 1041, 2045, 2056].map((code) => [code, [429]])),
  // The secret.
  1004: [401],
  2049: [401],
  1008: [402],
  // A plan without this model.
  2061: [403, 'model_not_found'],
  // What the request says, or what the model wrote for it: a blocked prompt, as other providers tell it.
  1026: [400, 'content_filter'],
  1027: [400, 'content_filter'],
  1042: [400],
  2013: [400],
};

/** undefined: the answer refuses nothing. */
export function baseRefusalIn({ base_resp: told, choices, content = choices }: JsonRecord): BaseRefusal | undefined {
  if (!isRecord(told) || (Array.isArray(content) && content.length > 0)) return undefined;
  const { status_code: code, status_msg: words } = told;
  if (typeof code !== 'number' || code === 0) return undefined;
  const [status = null, word = String(code)] = MEANT[code] ?? [];
  return new BaseRefusal(`${textOf(words).trim() || 'The provider refused the request.'} (${code})`, word, status);
}
