/**
 * Reads the body of a model call: what the gateway must know of it, and nothing more. Everything else, unknown fields
 * included, goes through untouched. What is wrong is a value, so that a refusal still has a receipt.
 */
import type { RequestBody } from '../../attempts/upstream';
import { Fault, wrong } from '../../kernel/fault';
import { type Form, fieldsOf } from '../../kernel/form';
import { isNestedBeyond, isOverbuilt, JSON_LEVELS_MAX, type JsonMember, topLevelMembers } from '../../kernel/json-members';
import { isRecord } from '../../kernel/record';
import { utf8Text } from '../../kernel/utf8';
import type { Endpoint, ModelCall } from '../endpoints/endpoint';

/** Far more than any request that a model could read; a body of so many is read in less than a second. */
export const BODY_PARTS_MAX = 250_000;
const OVERBUILT = new Fault('invalid_request', `The body has more than ${BODY_PARTS_MAX} objects, lists and members.`);
const TOO_DEEP = new Fault('invalid_request', `The body is nested more than ${JSON_LEVELS_MAX} levels deep.`);
const NO_JSON = new Fault('invalid_json', 'The body is not a JSON object in UTF-8.');
const NO_OBJECT = new Fault('invalid_request', 'The body must be a JSON object.');

export type Reading =
  | { readonly ok: true; readonly call: ModelCall }
  | { readonly ok: false; readonly fault: Fault; readonly model: string | null; readonly stream: boolean };

export function readCall(endpoint: Endpoint, sent: Buffer | Form): Reading {
  const body = bodyOf(endpoint, sent);
  if (body instanceof Fault) return { ok: false, fault: body, model: null, stream: false };
  const { json } = body;
  try {
    return { ok: true, call: callOf(endpoint, body) };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const model = typeof json['model'] === 'string' ? json['model'] : null;
    return { ok: false, fault: error, model, stream: json['stream'] === true };
  }
}

function bodyOf({ uploads }: Endpoint, sent: Buffer | Form): RequestBody | Fault {
  if (!Buffer.isBuffer(sent)) return { text: '', members: [], json: fieldsOf(sent), form: sent };
  if (uploads !== undefined) return new Fault('invalid_request', 'The body must be a form: send it as multipart/form-data.');
  return objectIn(sent);
}

/** The object that a body is, weighed before it is parsed, or the fault that it is none. */
export function objectIn(bytes: Buffer): RequestBody | Fault {
  try {
    const text = utf8Text(bytes);
    if (isOverbuilt(text, BODY_PARTS_MAX)) return OVERBUILT;
    if (isNestedBeyond(text, JSON_LEVELS_MAX)) return TOO_DEEP;
    const json: unknown = JSON.parse(text);
    if (!isRecord(json)) return NO_OBJECT;
    return { text, json, members: topLevelMembers(text) };
  } catch {
    return NO_JSON;
  }
}

function callOf(endpoint: Endpoint, body: RequestBody): ModelCall {
  const { json, members, form } = body;
  const names = form === undefined ? Object.keys(json) : form.parts.map(({ name }) => name);
  checkSpelling(names, endpoint.decisive);
  if (form !== undefined) checkRepeats(names, endpoint.decisive);
  else checkDoubles(members, names.length, endpoint.decisive);
  const model = json['model'] ?? endpoint.defaultModel;
  if (typeof model !== 'string' || model === '') throw wrong('model', 'must be the name of a model');
  return { endpoint, body, ...endpoint.want(json, model, form) };
}

/** Some providers read names in any case: another spelling of a decisive one would count there, and not here. */
function checkSpelling(names: readonly string[], decisive: ReadonlySet<string>): void {
  for (const name of names) {
    if (decisive.has(name)) continue;
    // Both ways, for letters outside ASCII that fold into it.
    const folded = name.toUpperCase().toLowerCase();
    if (decisive.has(folded)) throw wrong(name, `must be spelled ${folded}`);
  }
}

/** Readers differ in which of two members of one name they obey: the hold would be made on one, the answer on the other. */
function checkDoubles(members: readonly JsonMember[], names: number, decisive: ReadonlySet<string>): void {
  if (members.length !== names)
    checkRepeats(
      members.map(({ name }) => name),
      decisive,
    );
}

function checkRepeats(names: readonly string[], decisive: ReadonlySet<string>): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name) && decisive.has(name)) throw wrong(name, 'stands in the body more than once');
    seen.add(name);
  }
}
