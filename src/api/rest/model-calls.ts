/** The model calls, all endpoints alike: from Fastify's request to the flow, and the answer straight to the socket. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Interruption } from '../../attempts/attempt-job';
import type { CompletionRequest, Gateway } from '../../gateway/completion-request';
import { countTokens } from '../../gateway/count-tokens';
import { ENDPOINTS } from '../../gateway/endpoints/all-endpoints';
import type { Endpoint } from '../../gateway/endpoints/endpoint';
import { BODY_PARTS_MAX } from '../../gateway/reading/read-call';
import { refuseCompletion, serveCompletion } from '../../gateway/serve-completion';
import type { AddressOf } from '../../kernel/addresses';
import { Fault } from '../../kernel/fault';
import type { Form } from '../../kernel/form';
import { Interrupt } from '../../kernel/interrupt';
import { isOverbuilt } from '../../kernel/json-members';
import { HttpAnswerSink } from './answer-sink';
import { bearerOf, headerOf } from './bearer';
import type { AnswerRoom } from './bodies/answer-room';
import type { BodyRoom } from './bodies/body-room';
import { formBytesMax, takeForms } from './bodies/forms';
import { isSmall } from './bodies/keep-to-room';
import { turnOf } from './connections/queued-response';
import type { UntakenAnswers } from './connections/untaken-answers';
import type { InFlight } from './in-flight';
import { masked } from './openai-error';

/** The largest body: room for images in base64. */
const BODY_LIMIT_BYTES = 20 * 1024 * 1024;
const NO_BODY = Buffer.alloc(0);

interface Means {
  readonly gateway: Gateway;
  readonly inFlight: InFlight;
  /** Kept until calls have ended, also when their clients leave before. */
  readonly room: BodyRoom;
  readonly answers: AnswerRoom;
  readonly untaken: UntakenAnswers;
  readonly addressOf: AddressOf;
}

type CallDeps = Means & { readonly endpoint: Endpoint };

/** Registers the path of every endpoint. */
export function registerModelCalls(app: FastifyInstance, means: Means): void {
  for (const endpoint of ENDPOINTS) registerEndpoint(app, { ...means, endpoint });
}

function registerEndpoint(app: FastifyInstance, deps: CallDeps): void {
  void app.register((scope, _options, done) => {
    scope.addHook('onRequest', (request, _reply, next) => {
      if (isSmall(request)) return next();
      deps.gateway.keys.recognise(credentialOf(deps.endpoint, request)).then(() => next(), next);
    });
    scope.removeAllContentTypeParsers();
    const { uploads } = deps.endpoint;
    if (uploads !== undefined) takeForms(scope, uploads.fileBytesMax);
    else {
      scope.addContentTypeParser('application/json', { parseAs: 'buffer', bodyLimit: BODY_LIMIT_BYTES }, (_request, body, taken) => {
        taken(null, body);
      });
      scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: BODY_LIMIT_BYTES }, (_request, body, taken) => {
        taken(body.length === 0 ? null : faultOfType(body.toString()), NO_BODY);
      });
    }
    // What could not be taken in is refused with a receipt, when the key is known.
    scope.setErrorHandler(async (error, request, reply) => refuse(deps, request, reply, error));
    scope.post(deps.endpoint.path, (request, reply) => serve(deps, request, reply));
    done();
  });
}

async function serve(deps: CallDeps, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const body = (request.body as Buffer | Form | null | undefined) ?? NO_BODY;
  const serveCall = deps.endpoint.operation === 'count-tokens' ? countTokens : serveCompletion;
  await answer(deps, request, reply, (completion, sink, signal) => serveCall(deps.gateway, completion, sink, signal), body);
}

async function refuse(deps: CallDeps, request: FastifyRequest, reply: FastifyReply, error: unknown): Promise<void> {
  const fault = faultOfIntake(error, deps.endpoint);
  await answer(deps, request, reply, (completion, sink) => refuseCompletion(deps.gateway, completion, sink, fault), NO_BODY);
}

async function answer(
  deps: CallDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  serveWith: (completion: CompletionRequest, sink: HttpAnswerSink, signal: Interrupt<Interruption>) => Promise<unknown>,
  body: Buffer | Form,
): Promise<void> {
  reply.hijack();
  const response = reply.raw;
  const interruption = new Interrupt<Interruption>();
  let served = false;
  const leaveRoom = deps.room.serve(response);
  const place = deps.answers.enter();
  const leave = deps.inFlight.enter((reason) => {
    interruption.happen(reason);
    // Settled, but the client does not take the rest: it has had its time.
    if (served) response.destroy();
  });
  const closed = () => {
    if (!response.writableFinished) interruption.happen('CLIENT_GONE');
    if (served) leave();
  };
  response.once('close', closed);
  // It may have left while its form was read.
  if (response.destroyed) closed();
  const sink = new HttpAnswerSink(response, request.id, deps.endpoint.ending, { place, untaken: deps.untaken });
  const completion = completionOf(deps, request, body);
  try {
    if (response.socket === null) await turnOf(response);
    await serveWith(completion, sink, interruption);
  } catch (error) {
    fail(deps, request.id, sink, error);
  } finally {
    served = true;
    leaveRoom();
    place.leave();
    // In flight until the client has the last byte, so that a drain does not cut it off.
    if (response.destroyed) leave();
  }
}

/** A fault that has no receipt, or something that broke: masked, and logged. */
function fail(deps: CallDeps, requestId: string, sink: HttpAnswerSink, error: unknown): void {
  if (error instanceof Fault) {
    sink.fail(error);
    return;
  }
  deps.gateway.log.error({ err: error, request: requestId }, 'a request broke');
  sink.fail(masked(requestId, error));
}

function completionOf(deps: CallDeps, request: FastifyRequest, body: Buffer | Form): CompletionRequest {
  const { clock } = deps.gateway;
  return {
    id: request.id,
    endpoint: deps.endpoint,
    credential: credentialOf(deps.endpoint, request),
    from: deps.addressOf(request.raw),
    body,
    routeHeader: headerOf(request.headers, 'x-forge-route'),
    deadlineHeader: headerOf(request.headers, 'x-forge-deadline-ms'),
    runHeader: headerOf(request.headers, 'x-forge-run'),
    idempotencyKey: headerOf(request.headers, 'idempotency-key'),
    betas: betasOf(deps.endpoint, request),
    receivedAt: clock.now(),
    receivedTick: clock.monotonic(),
  };
}

/** Clients of Anthropic's send the key in a header of its own, which they leave empty where they are given a bearer token instead. */
function credentialOf({ ending }: Endpoint, { headers }: FastifyRequest): string | null {
  return (ending === 'message-stop' ? headerOf(headers, 'x-api-key') : null) || bearerOf(headers);
}

function betasOf({ ending }: Endpoint, { headers }: FastifyRequest): string | undefined {
  const sent = ending === 'message-stop' ? headers['anthropic-beta'] : undefined;
  return Array.isArray(sent) ? sent.join(',') : sent;
}

/** JSON that is called something else, or no JSON at all. */
function faultOfType(text: string): Fault {
  try {
    if (!isOverbuilt(text, BODY_PARTS_MAX)) JSON.parse(text);
    return new Fault('unsupported_media_type', 'The body must be application/json.');
  } catch {
    return new Fault('invalid_json', 'The body is not JSON: send a JSON object as application/json.');
  }
}

function faultOfIntake(error: unknown, { uploads }: Endpoint): Fault {
  if (error instanceof Fault) return error;
  const code = (error as { code?: unknown }).code;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    const most = uploads === undefined ? BODY_LIMIT_BYTES : formBytesMax(uploads.fileBytesMax);
    return new Fault('request_too_large', `The body is larger than ${most} bytes.`);
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    const type = uploads === undefined ? 'application/json' : 'multipart/form-data';
    return new Fault('unsupported_media_type', `The body must be ${type}.`);
  }
  return new Fault('invalid_request', 'The body could not be read to its end.', { cause: error });
}
