// What a gateway is compared with: an ordinary pass-through of Fastify and undici that looks into nothing, knows no key
// and writes nothing down. `node bare-proxy.cjs <port of the upstream>`
const { createRequire } = require('node:module');
const path = require('node:path');

// The libraries of the gateway: beside the tests lies another undici, which a client of theirs brings with it.
const ofGateway = createRequire(path.join(__dirname, '..', '..', 'package.json'));
const Fastify = ofGateway('fastify');
const { Agent, request } = ofGateway('undici');

const origin = `http://127.0.0.1:${process.argv[2]}`;
const dispatcher = new Agent({ connections: 512, pipelining: 1, keepAliveTimeout: 20_000 });

const app = Fastify({ logger: false });
app.removeAllContentTypeParsers();
app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, taken) => taken(null, body));

app.post('/v1/chat/completions', async (incoming, reply) => {
  const { statusCode, headers, body } = await request(`${origin}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: incoming.headers.authorization },
    body: incoming.body,
    dispatcher,
  });
  reply.code(statusCode).header('content-type', headers['content-type']);
  // A stream is piped; a whole answer is read first, which is faster than a pipe for one small piece.
  if (headers['content-type'] === 'text/event-stream') return reply.send(body);
  return reply.send(Buffer.from(await body.arrayBuffer()));
});

app.listen({ host: '127.0.0.1', port: 0 }).then((address) => console.log(`listening on ${new URL(address).port}`));
