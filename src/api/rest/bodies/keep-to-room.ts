/** Bodies of whatever is asked for, as far as there is room for them: one that is large is kept in memory until its answer has ended. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Form } from '../../../kernel/form';
import type { ArrivingBodies } from './arriving-bodies';
import type { BodyRoom } from './body-room';
import { weightOf } from './body-weight';

/** A larger one is read for whoever is known, because it is kept until it is whole, and served while there is room. */
const SMALL_BYTES = 64 * 1024;

export interface Room {
  /** For bodies that are whole, and not small. */
  readonly room: BodyRoom;
  /** What has come of them before. */
  readonly arriving: ArrivingBodies;
}

/** JSON that has been taken in, and is read when there is room for it. */
class Unread {
  constructor(readonly bytes: Buffer) {}
}

/** False for a body that does not say how long it is. */
export function isSmall({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] === undefined && Number.parseInt(headers['content-length'] ?? '0', 10) <= SMALL_BYTES;
}

/** For all routes that are added from here on. Those that know their callers before they read a body keep strangers out of it. */
export function keepToRoom(app: FastifyInstance, { room, arriving }: Room): void {
  // No such hook may follow that waits: what comes is read from here on.
  app.addHook('preParsing', (request, _reply, payload, next) => {
    if (!isSmall(request)) arriving.watch(request.raw);
    next(null, payload);
  });
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (_request, body, taken) => taken(null, new Unread(body)));
  // Not before it is here: whoever sends slowly would keep others out.
  app.addHook('preValidation', (request, reply, next) => {
    const body = request.body as Unread | Buffer | Form | string | null | undefined;
    const isUnread = body instanceof Unread;
    const weight = weightOf(isUnread ? body.bytes : body);
    const fault = weight > SMALL_BYTES ? room.take(reply.raw, weight) : null;
    if (fault !== null || !isUnread) return next(fault ?? undefined);
    void parse(request, body.bytes.toString('utf8'), (error, json) => {
      request.body = json;
      next(error ?? undefined);
    });
  });
}
