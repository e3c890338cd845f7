/**
 * The scripted upstream as a process of its own: `node -r ./scripts/register.cjs test/support/scripted-upstream-main.ts
 * [--port 0] [--no-record]`. Prints its base URL as one line of JSON. Scripts come with the message (`[[status=500]]`) or
 * by `POST /script { model, script }`; `GET /served` gives what was asked and served.
 */
import { startScriptedUpstream } from './scripted-upstream';

async function main(argv: readonly string[]): Promise<void> {
  const at = argv.indexOf('--port');
  const port = at === -1 ? 0 : Number(argv[at + 1]);
  const upstream = await startScriptedUpstream({ port, record: !argv.includes('--no-record') });
  process.stdout.write(`${JSON.stringify({ baseUrl: upstream.baseUrl, port: upstream.port })}\n`);
}

void main(process.argv.slice(2));
