import { errorOf, streamPieces, wholeBody } from '../scripted-answer';
import type { Dialect } from './dialect';

export const chat: Dialect = {
  idHeader: 'x-request-id',
  asked: (_path, body) => body,
  whole: wholeBody,
  pieces: streamPieces,
  error: (script) => ({ error: errorOf(script) }),
  errorEvent: (script) => `data: ${JSON.stringify({ error: errorOf(script) })}\n\n`,
};
