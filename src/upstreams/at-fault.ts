/**
 * Whom a provider's own words blame, where its status says another thing or nothing. Only words that are the provider's
 * alone decide: codes, types, and beginnings of messages that no text of a client can be part of.
 */
import type { AtFault } from '../attempts/upstream';
import { isRecord } from '../kernel/record';

interface Said {
  /** HTTP status of 400 or more, or the one that an error tells which came in place of an answer; null: it tells none that counts. */
  readonly status: number | null;
  readonly code: string | null;
  readonly type: string | null;
  readonly message: string;
  /** The error as it came. */
  readonly error: unknown;
}

/** What the request says, or how much of it there is. */
const OF_REQUEST: ReadonlySet<string> = new Set([
  'content_filter',
  'content_policy_violation',
  'responsibleaipolicyviolation',
  'moderation_blocked',
  'data_inspection_failed',
  'datainspectionfailed',
  'invalid_prompt',
  'context_length_exceeded',
  'string_above_max_length',
  'request_too_large',
  'image_generation_user_error',
]);
/** ByteDance's words for what its filters stop, with a dot and a reason behind some. */
const OF_FILTERS = /^(?:in|out)put(?:text|image|video|audio)(?:sensitivecontentdetected|riskdetection)/;
const OF_PICTURES = /^(?:invalid|empty|unsupported)_(?:base64_)?image|^image_(?:too|parse|file|content)|^failed_to_download_image$/;
/**
 * The model of the catalog, which no request can name: the channel does not have it, or no longer. Of Mistral a type; the number is
 * SiliconFlow's (https://docs.siliconflow.cn/en/faqs/error-code), the last three are Together's and ByteDance's.
 */
const OF_MODEL: ReadonlySet<string> = new Set([
  ...['model_not_found', 'deploymentnotfound', 'model_decommissioned', 'invalid_model', '20012'],
  ...['model_not_available', 'modelnotopen', 'invalidendpointormodel.notfound'],
]);
/** Types that blame the request where no code says otherwise. */
const BLAMING_TYPES: ReadonlySet<string> = new Set(['invalid_request_error', 'badrequesterror']);
/** Numbers in place of a code that are the channel's, or that another try may change. */
const NOT_OF_REQUEST: ReadonlySet<number> = new Set([401, 402, 403, 407, 408, 409, 425, 429]);
/** More tokens at once than the account may ever send in a minute: a rate limit that no waiting lifts. */
const NEVER_FITS = /^Request too large|^Extra usage is required for long context/;
/** The name of a file, which a request chose. */
const FILE_OF_OTHERS = /^You do not have permission to access the File /;
/** As Google, Anthropic, vLLM, xAI, Moonshot, Fireworks, OpenRouter and Ollama tell it, in turn. */
const NO_SUCH_MODEL = new RegExp(
  [
    '^models/\\S+ is not found',
    '^model: ',
    '^The model (?:`[^`]*`|\\S+) does not exist',
    '^Not found the model ',
    '^Model not found, inaccessible',
    '^No endpoints found for \\S+\\.$',
    '^model ["\'][^"\']*["\'] not found',
  ].join('|'),
);
/** With 400: DeepSeek, Zhipu, which numbers it before the words on its Anthropic API, and OpenRouter. */
const NOT_A_MODEL =
  /^Model Not Exist$|^(?:\[1211\]\[)?(?:Unknown Model, please check the model code|模型不存在)|^\S+ is not a valid model ID$/;

/** undefined: the status alone decides. */
export function atFaultIn(said: Said): AtFault | undefined {
  const code = said.code?.toLowerCase() ?? '';
  const type = said.type?.toLowerCase() ?? '';
  if (OF_MODEL.has(code) || OF_MODEL.has(type)) return 'channel';
  if (isOfRequest(code, type)) return 'request';
  return said.status === null ? blamedInAnswer(code, type) : blamedWith(said.status, said);
}

function isOfRequest(code: string, type: string): boolean {
  return OF_REQUEST.has(code) || OF_REQUEST.has(type) || OF_FILTERS.test(code) || OF_PICTURES.test(code);
}

/** By which OpenAI refuses in a stream what it refuses of a whole answer by this status. */
const OF_RATES: ReadonlySet<unknown> = new Set(['rate_limit_exceeded', 'insufficient_quota']);

/** The status of a refusal that came with 200, by its code alone; null: the code names none. */
export function statusNamed(code: unknown): number | null {
  if (typeof code !== 'string') return null;
  if (OF_RATES.has(code)) return 429;
  return isOfRequest(code.toLowerCase(), '') ? 400 : null;
}

/** What a status means in another way where the message goes on so. */
function blamedWith(status: number, { message, error }: Said): AtFault | undefined {
  if (status === 404) return NO_SUCH_MODEL.test(message) ? 'channel' : undefined;
  if (status === 400) return NOT_A_MODEL.test(message) ? 'channel' : undefined;
  if (status === 403) return FILE_OF_OTHERS.test(message) || wasFlagged(error) ? 'request' : undefined;
  return status === 429 && NEVER_FITS.test(message) ? 'request' : undefined;
}

/** Of an error that came with status 200. */
function blamedInAnswer(code: string, type: string): AtFault | undefined {
  const status = /^4\d\d$/.test(code) ? +code : null;
  if (status !== null) return NOT_OF_REQUEST.has(status) ? undefined : 'request';
  return code === '' && BLAMING_TYPES.has(type) ? 'request' : undefined;
}

/** As OpenRouter tells it of a prompt that its moderation stopped. */
function wasFlagged(error: unknown): boolean {
  const metadata = isRecord(error) ? error['metadata'] : undefined;
  return isRecord(metadata) && (Array.isArray(metadata['reasons']) || typeof metadata['flagged_input'] === 'string');
}
