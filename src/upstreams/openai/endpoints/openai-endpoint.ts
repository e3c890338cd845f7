/** What differs between the endpoints of OpenAI's protocol. */
import type { AnswerReceiver, UpstreamCall } from '../../../attempts/upstream';
import type { Usage } from '../../../metering/usage';
import type { Channel } from '../../../routing/catalog';
import type { AnswerReader } from '../../http-exchange';
import type { JsonRecord } from '../../json';
import { errorIn } from '../../provider-error';
import type { Understood } from '../../whole-answer';
import { breakIn } from '../finish-reason';
import { readInputUsage } from '../usage';

export interface OpenAiEndpoint {
  /** Behind the base URL of the channel: `/chat/completions`. */
  readonly path: string;
  /** The name of the member that sets an output limit; left out: answers have none. */
  limitName?(call: Pick<UpstreamCall, 'channel' | 'upstreamModel'>): string;
  /** A stream has to be asked for its usage. */
  readonly usageIsAsked?: true;
  /** Members of the request that are set, beside the model and the limit; left out: none. */
  edits?(call: UpstreamCall): ReadonlyMap<string, string>;
  /** The answers that a stream is asked for; left out: events. */
  readonly streamAccept?: string;
  /** undefined: it is no answer of this endpoint. */
  understand(json: JsonRecord): Understood | undefined;
  /** What is wrong with an object that is no answer, where its `error` member does not say it; left out: nothing else does. */
  errorOf?(json: JsonRecord): unknown;
  /** Left out: its answers are never streamed. */
  readonly readStream?: (channel: Channel, receiver: AnswerReceiver, call: UpstreamCall) => AnswerReader;
  /** For whole answers that are not always JSON. */
  readonly readWhole?: (channel: Channel, receiver: AnswerReceiver, call: UpstreamCall) => AnswerReader;
}

/** undefined: it is no answer, or one that broke off. One without choices tells what it used, and no error. */
export function choicesOf(json: JsonRecord, usage: Usage | undefined): readonly unknown[] | undefined {
  const { choices } = json;
  if (!Array.isArray(choices) || breakIn(json) !== undefined) return undefined;
  return choices.length === 0 && (usage === undefined || errorIn(json) !== undefined) ? undefined : choices;
}

export function modelOf({ model }: JsonRecord): string | null {
  return typeof model === 'string' && model !== '' ? model : null;
}

/** One whose answers are a list, of which only the input is metered. An empty list is no answer. */
export function listEndpoint(path: string, list: string): OpenAiEndpoint {
  return {
    path,
    understand(json) {
      const { [list]: items } = json;
      if (!Array.isArray(items) || items.length === 0) return undefined;
      return { reportedModel: modelOf(json), usage: readInputUsage(json['usage']), outputText: '' };
    },
  };
}

/** How many answers a request asks for to each prompt. */
export function choicesAsked({ n }: JsonRecord): number {
  return typeof n === 'number' ? n : 1;
}
