// A provider that costs nearly nothing: fixed answers over plain sockets. A whole answer has about 1 KB and comes at once;
// a stream has as many chunks as `max_tokens` says, the first at once and then one a millisecond.
const net = require('node:net');

const TICK_MS = 1;
const HEAD_END = Buffer.from('\r\n\r\n');

const common = '"created":1700000000,"model":"bench-upstream"';
const sentence = 'A gateway between a client and a provider must add nothing that a reader would notice. ';
const wholeBody =
  `{"id":"chatcmpl-bench","object":"chat.completion",${common},"choices":[{"index":0,"message":{"role":"assistant",` +
  `"content":"${sentence.repeat(8).trim()}"},"finish_reason":"stop"}],` +
  '"usage":{"prompt_tokens":120,"completion_tokens":100,"total_tokens":220}}';
const WHOLE = Buffer.from(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${wholeBody.length}\r\n\r\n${wholeBody}`);

const STREAM_HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n';
const event = (rest) => `data: {"id":"chatcmpl-bench","object":"chat.completion.chunk",${common},${rest}}\n\n`;
const chunked = (text) => `${text.length.toString(16)}\r\n${text}\r\n`;
const TOKEN = chunked(event('"choices":[{"index":0,"delta":{"content":" word"},"finish_reason":null}]'));
const TOKEN_BYTES = Buffer.from(TOKEN);
const LAST = chunked(event('"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]'));
const DONE = `${chunked('data: [DONE]\n\n')}0\r\n\r\n`;

function lastEvents(chunks, withUsage) {
  const usage = `"usage":{"prompt_tokens":120,"completion_tokens":${chunks},"total_tokens":${120 + chunks}}`;
  return Buffer.from(LAST + (withUsage ? chunked(event(`"choices":[],${usage}`)) : '') + DONE);
}

const streams = new Set();
let ticking = null;

function tick() {
  for (const stream of streams) {
    // A proxy that lags behind is not flooded: what counts is what it carries.
    if (stream.socket.writableNeedDrain) continue;
    if (stream.left > 0) {
      stream.left -= 1;
      stream.socket.write(TOKEN_BYTES);
    } else {
      streams.delete(stream);
      stream.socket.write(stream.end);
    }
  }
  if (streams.size > 0) return;
  clearInterval(ticking);
  ticking = null;
}

function answer(socket, body) {
  if (!/"stream": ?true/.test(body)) {
    socket.write(WHOLE);
    return;
  }
  const chunks = Number(/"max_tokens": ?(\d+)/.exec(body)?.[1] ?? 100);
  socket.write(STREAM_HEAD + TOKEN);
  streams.add({ socket, left: chunks - 1, end: lastEvents(chunks, /"include_usage": ?true/.test(body)) });
  ticking ??= setInterval(tick, TICK_MS);
}

/** Answers the requests in `bytes`; gives back what is left of an unfinished one. */
function serve(socket, bytes) {
  let rest = bytes;
  for (;;) {
    const headEnd = rest.indexOf(HEAD_END);
    if (headEnd < 0) return rest;
    const length = /content-length: ?(\d+)/i.exec(rest.latin1Slice(0, headEnd))?.[1];
    if (length === undefined) throw new Error('the bench upstream needs a content-length');
    const bodyEnd = headEnd + HEAD_END.length + Number(length);
    if (rest.length < bodyEnd) return rest;
    answer(socket, rest.latin1Slice(headEnd + HEAD_END.length, bodyEnd));
    rest = rest.subarray(bodyEnd);
  }
}

const server = net.createServer({ noDelay: true }, (socket) => {
  let unfinished = Buffer.alloc(0);
  socket.on('data', (data) => {
    unfinished = serve(socket, unfinished.length === 0 ? data : Buffer.concat([unfinished, data]));
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    for (const stream of streams) if (stream.socket === socket) streams.delete(stream);
  });
});
server.listen(0, '127.0.0.1', () => console.log(`listening on ${server.address().port}`));
