/** Answers what is no HTTP request, or comes too slowly or with too much before its body: no handler ever sees it. */
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Fault } from '../../../kernel/fault';
import { newId } from '../../../kernel/ids';
import { renderError } from '../openai-error';

interface Answer {
  readonly status: string;
  readonly fault: Fault;
}

const ANSWERS: Readonly<Record<string, Answer>> = {
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: '408 Request Timeout',
    fault: new Fault('invalid_request', 'The request did not arrive in time: send it faster, or again.', { retry: true }),
  },
  HPE_HEADER_OVERFLOW: {
    status: '431 Request Header Fields Too Large',
    fault: new Fault('request_too_large', 'The headers of the request are larger than 16 KiB: send fewer or shorter ones.'),
  },
};
const NO_HTTP: Answer = {
  status: '400 Bad Request',
  fault: new Fault('invalid_request', 'The request is not valid HTTP/1.1, or ended before its body was complete.'),
};

const NO_PROXY: Answer = {
  status: '405 Method Not Allowed',
  fault: new Fault('method_not_supported', 'This is no proxy: give its address to the client as base URL, not as HTTPS_PROXY.', {
    allow: ['GET', 'POST'],
  }),
};

/** Ends a connection that asks to be passed on to another machine. */
export function refuseTunnel(connection: Socket): void {
  connection.on('error', () => undefined).once('finish', () => connection.destroy());
  connection.end(answerText(NO_PROXY));
}

/** Ends the connection, with an error in OpenAI's shape where nothing else is being written to it. */
export function refuseUnreadable(error: NodeJS.ErrnoException, connection: Socket): void {
  const { _httpMessage: writing } = connection as { _httpMessage?: ServerResponse | null };
  if (error.code !== 'ECONNRESET' && connection.writable && writing?.headersSent !== true) {
    connection.write(answerText(ANSWERS[error.code ?? ''] ?? NO_HTTP));
  }
  connection.destroy(error);
}

function answerText({ status, fault }: Answer): string {
  const id = newId();
  const { headers, body } = renderError(fault, id);
  const text = JSON.stringify(body);
  const lines = Object.entries({
    'x-request-id': id,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    connection: 'close',
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status}\r\n${lines.join('')}\r\n${text}`;
}
