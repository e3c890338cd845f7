/** Reads what an OpenAI-compatible provider says about a failure. */
import type { AttemptFailure } from '../attempts/upstream';
import { isRecord } from '../kernel/record';
import { clipped } from '../kernel/shown';
import type { Channel } from '../routing/catalog';
import { atFaultIn, statusNamed } from './at-fault';
import { BaseRefusal, baseRefusalIn } from './base-resp';
import { NO_MESSAGE } from './failure';
import { type JsonRecord, parseFirstRecord, recordOf } from './json';
import { scrubbed } from './scrub';
import { statusMeant } from './status-meant';

const WORD_MAX = 100;
const MARKUP = /^\s*</;

/** The failure of an answer of 400 and more: `error.message` and its code and type, or the text of the body. */
export function refusalOf(status: number, body: string, channel: Channel): AttemptFailure {
  const json = parseFirstRecord(body);
  const error = json === undefined ? plainText(body) : (errorIn(json) ?? json);
  return failureOf(error, channel, status);
}

/** The error that an answer of status 200 holds in place of an answer: its `error` member, what stands for one, or itself; else undefined. */
export function errorIn(json: JsonRecord): unknown {
  // Groq tells beside a chunk why its stream was stopped early: `XGroq` of its SDK.
  const told = saidIn(json['error']) ?? saidIn(recordOf(json['x_groq'])['error']);
  return told ?? baseRefusalIn(json) ?? errorItself(json);
}

/** Some have a member for errors in every answer and chunk, with nothing in it, or with members that all say nothing. */
function saidIn(error: unknown): unknown {
  const members = typeof error === 'object' && error !== null ? Object.values(error) : [error];
  return members.some(Boolean) ? error : undefined;
}

/**
 * Servers of Zhipu tell a path that they do not have with 200 too: `{"code":500,"msg":"404 NOT_FOUND","success":false}`; those of
 * Cloudflare tell what is wrong in a list: `{"success":false,"errors":[{"code":5007,"message":"No such model"}]}`.
 */
function errorItself(json: JsonRecord): JsonRecord | undefined {
  const { object, success, errors } = json;
  if (success === false && Array.isArray(errors) && isRecord(errors[0])) return errors[0];
  return object === 'error' || success === false ? json : undefined;
}

/** The failure that an `error` member stands for, whatever its shape. HTTP said that all was well: its status is the one that it tells, or null. */
export function providerError(error: unknown, channel: Channel): AttemptFailure {
  if (error instanceof BaseRefusal) return failureOf(error, channel, error.status);
  return failureOf(error, channel, refusalToldIn(error) ?? statusNamed(recordOf(error)['code']));
}

/** By which a provider refuses our own account or rate. */
const REFUSALS_OF_US: ReadonlySet<unknown> = new Set([401, 402, 403, 407, 429]);

/**
 * Once a model has been asked, OpenRouter tells the status that HTTP would have said as the code of the error alone
 * (https://openrouter.ai/docs/api/reference/errors-and-debugging). Of others no request is judged by it: servers of vLLM's say 400 for whatever broke.
 */
export function refusalToldIn(error: unknown): number | null {
  const status = isRecord(error) ? Number(error['code']) : null;
  return REFUSALS_OF_US.has(status) ? status : null;
}

function failureOf(error: unknown, channel: Channel, status: number | null): AttemptFailure {
  const members = isRecord(error) ? error : { message: error };
  const message = [members['message'], members['msg'], detailIn(members['detail'])].find(
    (text) => typeof text === 'string' && text.trim() !== '',
  );
  const param = wordOf(members['param'], channel);
  const said = {
    message: typeof message === 'string' ? scrubbed(message, channel) : NO_MESSAGE,
    code: wordOf(members['code'], channel),
    type: wordOf(members['type'], channel),
  };
  const failure = { status: status === null ? null : statusMeant(status, said), ...said };
  const atFault = atFaultIn({ ...failure, error });
  return { kind: 'provider_error', ...(param !== null && { param }), ...failure, ...(atFault && { atFault }) };
}

/** Servers made with FastAPI tell the faults of a body in a list: where each is, and what. */
function detailIn(detail: unknown): unknown {
  if (!Array.isArray(detail)) return detail;
  const faults = detail.filter(isRecord).filter(({ msg }) => typeof msg === 'string');
  return faults.map(({ loc, msg }) => (Array.isArray(loc) ? `${loc.filter(isStep).join('.')}: ${msg}` : msg)).join('; ');
}

/** Of a path. Anything else may be nested without end. */
function isStep(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number';
}

/** An error page says nothing to a user. */
function plainText(body: string): string | null {
  return MARKUP.test(body) ? null : body;
}

function wordOf(value: unknown, channel: Channel): string | null {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? clipped(scrubbed(value, channel), WORD_MAX) : null;
}
