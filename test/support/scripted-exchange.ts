/** How a scripted answer goes over the wire: its delays, breaks and ends. */
import type { ServerResponse } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import type { Dialect } from './dialects/dialect';
import type { Script } from './script';
import type { ChatRequest, Piece, PlannedAnswer } from './scripted-answer';

export interface Progress {
  begun(): void;
  progress(piece: Piece): void;
}

/** Sends what the script says. True when the whole answer was written to a connection that stood. */
export async function perform(
  response: ServerResponse,
  request: ChatRequest,
  script: Script,
  answer: PlannedAnswer,
  on: Progress,
  dialect: Dialect,
): Promise<boolean> {
  if (script.gate?.before === 'head') await script.gate.opened;
  if (script.delayMs !== undefined) await wait(script.delayMs, response);
  if (script.resetAfter === -1) return reset(response, script);
  const head = { ...(dialect.idHeader === null ? {} : { [dialect.idHeader]: answer.id }), ...script.headers };
  if (script.status !== undefined && script.status !== 200) {
    const body = typeof script.error === 'string' ? script.error : JSON.stringify(dialect.error(script));
    return sendText(response, script.status, body, { 'content-type': 'application/json', ...head });
  }
  on.begun();
  if (script.raw === undefined && request.stream !== true)
    return sendWhole(response, script, dialect.whole(answer, script), answer, head, on);
  response.writeHead(200, { 'content-type': request.stream === true ? 'text/event-stream' : 'application/json', ...head });
  const pieces = script.raw?.map((bytes) => ({ bytes, tokens: 0 })) ?? dialect.pieces(answer, request, script);
  return sendPieces(response, script, pieces, on, dialect);
}

async function sendWhole(
  response: ServerResponse,
  script: Script,
  whole: string,
  answer: PlannedAnswer,
  head: Record<string, string>,
  on: Progress,
): Promise<boolean> {
  const body = script.garble === 'utf8' ? Buffer.from([0x7b, 0xff, 0x7d]) : Buffer.from(whole);
  const half = body.subarray(0, body.length >> 1);
  const sent = script.endAfter === undefined ? body : half;
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': sent.length, ...head });
  if (script.bodyDelayMs !== undefined) {
    response.flushHeaders();
    await wait(script.bodyDelayMs, response);
  }
  if (script.resetAfter !== undefined) {
    response.write(half, () => reset(response, script));
    return false;
  }
  response.end(sent);
  const complete = script.endAfter === undefined && script.errorAfter === undefined && script.garble === undefined;
  const stood = response.writableFinished || (await settled(response));
  if (!complete || !stood) return false;
  on.progress({ bytes: sent, tokens: answer.completionTokens });
  return true;
}

async function sendPieces(
  response: ServerResponse,
  script: Script,
  pieces: Iterable<Piece>,
  on: Progress,
  dialect: Dialect,
): Promise<boolean> {
  if (script.bodyDelayMs !== undefined) {
    response.flushHeaders();
    await wait(script.bodyDelayMs, response);
  }
  let sent = 0;
  let tokens = 0;
  for (const piece of pieces) {
    if (script.gate?.before === 'rest' && tokens > 0) await script.gate.opened;
    tokens += piece.tokens;
    await beforePiece(response, script, sent);
    if (response.destroyed) return false;
    if (breakBefore(response, script, sent, dialect)) return false;
    if (!response.write(piece.bytes)) await drained(response);
    on.progress(piece);
    sent += 1;
  }
  response.end();
  return settled(response);
}

async function beforePiece(response: ServerResponse, script: Script, sent: number): Promise<void> {
  if (script.gate?.before === sent) await script.gate.opened;
  if (sent > 0 && script.chunkDelayMs !== undefined) await wait(script.chunkDelayMs, response);
  // From Node 26 on what was written in one turn waits for its end, and a reset would take it along.
  if (script.resetAfter === sent) await setImmediate();
}

/** True when the script breaks the stream off here. */
function breakBefore(response: ServerResponse, script: Script, sent: number, dialect: Dialect): boolean {
  if (script.resetAfter === sent) reset(response, script);
  else if (script.endAfter === sent) response.end();
  else if (script.errorAfter === sent) response.end(dialect.errorEvent(script));
  else return false;
  return true;
}

/** What was written arrives, unless the end is abrupt; the end of the answer never does. */
function reset(response: ServerResponse, { abrupt }: Script): boolean {
  if (abrupt === true) response.socket?.resetAndDestroy();
  else response.socket?.destroySoon();
  return false;
}

function sendText(response: ServerResponse, status: number, body: string, head: Record<string, string>): boolean {
  response.writeHead(status, head).end(body);
  return false;
}

/** Ends early when the connection closes. */
async function wait(ms: number, response: ServerResponse): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await closedOr(response, (resolve) => {
    timer = setTimeout(resolve, ms);
  });
  clearTimeout(timer);
}

function drained(response: ServerResponse): Promise<void> {
  return closedOr(response, (resolve) => response.once('drain', resolve));
}

async function closedOr(response: ServerResponse, start: (resolve: () => void) => void): Promise<void> {
  let done: () => void = () => undefined;
  await new Promise<void>((resolve) => {
    done = resolve;
    response.once('close', done);
    start(done);
  });
  response.off('close', done);
  response.off('drain', done);
}

function settled(response: ServerResponse): Promise<boolean> {
  return new Promise((resolve) => {
    if (response.destroyed) return resolve(response.writableFinished);
    response.once('finish', () => resolve(true));
    response.once('close', () => resolve(response.writableFinished));
  });
}
