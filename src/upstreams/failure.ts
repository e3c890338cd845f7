/** How the ways in which an exchange can fail are told: our own words, and no address. */
import type { AttemptFailure, FailureKind } from '../attempts/upstream';
import { AddressRefused } from './address-guard';
import type { DeadlineKind } from './deadlines';

export function failureOf(kind: FailureKind, message: string): AttemptFailure {
  return { kind, status: null, message, code: null, type: null };
}

export const CUT = failureOf('cut', 'The gateway stopped reading the answer.');
export const TOO_LARGE = failureOf('answer_too_large', 'The answer of the provider is larger than the gateway takes.');
export const MALFORMED = failureOf('malformed_answer', 'The answer of the provider could not be read.');
export const LOST = failureOf('connection_lost', 'The connection to the provider closed before the answer ended.');
export const REDIRECTED = failureOf('provider_error', 'The provider answered with a redirect, which is never followed.');

/** Told in place of what a provider did not say. */
export const NO_MESSAGE = 'The provider reported an error without a message.';
/** What servers say of a path that they do not have, word for word: no text of a client is part of it. */
const NO_SUCH_PATH =
  /^(?:404 )?(?:page )?not found\.?$|^resource not found\.?$|^no route matched|^method not allowed\.?$|^cannot post \/|^invalid url \(post /i;
const NO_ENDPOINT =
  'The provider has nothing at the address that was asked: the base URL of the channel is wrong, or this endpoint is not offered there.';

/** A refusal as it is, or as one of a server that has nothing at the path: a page, or words that name no other reason. */
export function refusalAtPath(failure: AttemptFailure): AttemptFailure {
  const { status, code, message, atFault } = failure;
  if ((status !== 404 && status !== 405) || atFault !== undefined) return failure;
  const isNamed = code !== null && code !== String(status);
  if (isNamed || (message !== NO_MESSAGE && !NO_SUCH_PATH.test(message))) return failure;
  return { ...failure, kind: 'no_endpoint', message: NO_ENDPOINT };
}

const DEADLINE_WORDS: Readonly<Record<DeadlineKind, string>> = {
  first_byte_timeout: 'The provider sent nothing within the time for the first byte.',
  idle_timeout: 'The provider stopped sending in the middle of the answer.',
  total_timeout: 'The provider took longer than the whole answer may take.',
};

export function deadlineFailure(kind: DeadlineKind): AttemptFailure {
  return failureOf(kind, DEADLINE_WORDS[kind]);
}

const OVERFLOWS = new Set(['UND_ERR_HEADERS_OVERFLOW', 'HPE_HEADER_OVERFLOW']);
const CONNECT_TIMEOUTS = new Set(['UND_ERR_CONNECT_TIMEOUT', 'ETIMEDOUT']);
const CONNECT_WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'The provider refused the connection.',
  ENOTFOUND: 'The name of the provider could not be resolved.',
  EAI_AGAIN: 'The name of the provider could not be resolved.',
  UND_ERR_INVALID_ARG: 'No valid request could be made for the channel: check its key.',
};

/** The machine of the gateway has no descriptors or memory left: every other channel would meet the same. */
const OWN_LACKS = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM']);

/** What an error of the HTTP client means. `sending` is true once a connection stood and the request went out on it. */
export function transportFailure(error: Error, sending: boolean): AttemptFailure {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  if (OVERFLOWS.has(code)) return TOO_LARGE;
  if (sending) return code.startsWith('HPE_') || error.name === 'HTTPParserError' ? MALFORMED : LOST;
  if (CONNECT_TIMEOUTS.has(code)) return failureOf('connect_timeout', 'No connection to the provider within the time for it.');
  if (OWN_LACKS.has(code))
    return { ...failureOf('connect_failed', `The gateway could open no more connections (${code}).`), atFault: 'gateway' };
  if (error instanceof AddressRefused) return failureOf('connect_failed', `Not connected: ${error.message}.`);
  return failureOf('connect_failed', CONNECT_WORDS[code] ?? `The connection to the provider failed (${code}).`);
}
