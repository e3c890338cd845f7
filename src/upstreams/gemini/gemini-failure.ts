/** What Gemini says of a request that it refuses, and of an answer that it does not give. */
import type { AttemptFailure } from '../../attempts/upstream';
import { isRecord } from '../../kernel/record';
import { clipped } from '../../kernel/shown';
import type { Channel } from '../../routing/catalog';
import { atFaultIn } from '../at-fault';
import { NO_MESSAGE } from '../failure';
import { type JsonRecord, parseFirstRecord, recordOf } from '../json';
import { refusalToldIn } from '../provider-error';
import { durationMs } from '../rate-reset';
import { scrubbed } from '../scrub';

const WORD_MAX = 100;
const UNREADABLE = 'UNKNOWN';
const RATE_LIMITED = 429;

/** The failure of an answer of 400 and more. A stream without events tells it in a list. */
export function geminiRefusal(status: number, body: string, channel: Channel): AttemptFailure {
  const error = errorIn(parseFirstRecord(body) ?? {}) ?? {};
  const resetMs = status === RATE_LIMITED ? retryDelayOf(error) : undefined;
  const failure = { ...geminiError(error, channel), status: statusMeant(status, error) };
  const atFault = atFaultIn({ ...failure, error });
  return { ...failure, ...(resetMs !== undefined && { resetMs }), ...(atFault && { atFault }) };
}

/** Google tells it in the body alone: `45.8s`. */
function retryDelayOf({ details }: JsonRecord): number | undefined {
  const delays = Array.isArray(details) ? details.map((detail) => recordOf(detail)['retryDelay']) : [];
  const told = delays.find((delay) => typeof delay === 'string');
  return told === undefined ? undefined : durationMs(told);
}

/** The error that stands in place of an answer; undefined: there is none. */
export function errorIn({ error }: JsonRecord): JsonRecord | undefined {
  return isRecord(error) ? error : undefined;
}

/** The failure that an `error` member stands for. HTTP said that all was well: its status is the one that it tells, or null. */
export function geminiError(error: JsonRecord, channel: Channel): AttemptFailure {
  const { message, status } = error;
  const said = typeof message === 'string' && message.trim() !== '';
  return {
    kind: 'provider_error',
    status: refusalToldIn(error),
    message: said ? scrubbed(message, channel) : NO_MESSAGE,
    code: typeof status === 'string' && status !== '' ? clipped(scrubbed(status, channel), WORD_MAX) : null,
    type: null,
  };
}

/** What Google tells as 400 although the request is not at fault: a wrong key, and a place or an account that is not served. */
function statusMeant(status: number, error: JsonRecord): number {
  if (status !== 400) return status;
  if (reasonsOf(error).includes('API_KEY_INVALID')) return 401;
  return error['status'] === 'FAILED_PRECONDITION' ? 403 : status;
}

function reasonsOf({ details }: JsonRecord): unknown[] {
  return Array.isArray(details) ? details.map((detail) => recordOf(detail)['reason']) : [];
}

/**
 * A prompt that was blocked: the provider rejected the request, in the form that OpenAI's clients know from Azure, 400 with
 * the code `content_filter`. It is no empty answer, costs nothing, and no other channel is asked for it.
 */
export function blockedPrompt(feedback: JsonRecord): AttemptFailure {
  const reason = wordOf(feedback['blockReason']);
  const message = `The provider blocked the prompt (${reason}).`;
  return { kind: 'provider_error', status: 400, message, code: 'content_filter', type: 'invalid_request_error' };
}

/**
 * An answer that ended for a reason that leaves nothing to use: a call that cannot be read, or a reason that is not named. The
 * model wrote it for what it was asked, so it says nothing of the channel.
 */
export function unusableEnd(reason: unknown): AttemptFailure {
  const word = wordOf(reason);
  const message = `The provider ended the answer without a result (${word}).`;
  const atFault = word === UNREADABLE ? {} : ({ atFault: 'request' } as const);
  return { kind: 'provider_error', status: null, message, code: word.toLowerCase(), type: null, ...atFault };
}

/** An enumeration's word, and nothing that could be a text. */
function wordOf(value: unknown): string {
  return typeof value === 'string' && /^[A-Z_]{1,60}$/.test(value) ? value : UNREADABLE;
}
