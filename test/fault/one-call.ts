/** One call of the fault suites: what the client got, and the receipt that it then found. */
import { type Chunk, chunksOf, eventsOf, postChat, type ReceiptJson, receipt, textOf } from '../support/forge-client';
import { startGateway } from '../support/gateway-process';
import { silentForAMinute } from '../support/long-dead';
import type { Bed } from '../support/on-each-database';
import { HI, secretOf } from '../support/shop-catalog';

export interface Called {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  /** Of a stream: its chunks, and whether it ended with the end marker. */
  readonly chunks: readonly Chunk[];
  readonly text: string;
  readonly done: boolean;
  /** The code of the error: of the body, or of the last event of a stream. */
  readonly errorCode: string | null;
  readonly story: ReceiptJson;
}

/** Calls the gateway of the bed to the end of the answer. */
export async function callOnce(bed: Bed, request: object, keyId = 'chat'): Promise<Called> {
  const response = await postChat(bed.gateway.origin, secretOf(keyId), { messages: HI, ...request });
  const body = await response.text();
  const streamed = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
  const chunks = streamed ? chunksOf(body) : [];
  return {
    status: response.status,
    headers: response.headers,
    body,
    chunks,
    text: textOf(chunks),
    done: eventsOf(body).at(-1) === '[DONE]',
    errorCode: (streamed ? chunks.at(-1)?.error?.code : errorCodeOf(body)) ?? null,
    story: await receipt(bed.gateway.origin, secretOf(keyId), response.headers.get('x-request-id')),
  };
}

function errorCodeOf(body: string): string | null {
  return (JSON.parse(body) as { error?: { code: string } }).error?.code ?? null;
}

/** Holds that are open now, of any request. */
export async function openHolds(bed: Pick<Bed, 'database'>): Promise<bigint> {
  const [row] = await bed.database.query("SELECT COUNT(*) AS n FROM hold WHERE state = 'OPEN'");
  return row?.['n'] as bigint;
}

/** All that came of an answer, however it ended. */
export async function partsOf(response: Response): Promise<string> {
  let text = '';
  try {
    for await (const part of response.body ?? []) text += Buffer.from(part).toString('utf8');
  } catch {
    // Cut off: what came before it counts.
  }
  return text;
}

/** The gateway dies, and another one takes its place, which need not wait until the dead one is declared silent. */
export async function killAndStart(bed: Bed): Promise<void> {
  const { settings } = bed.gateway;
  await bed.gateway.kill();
  await silentForAMinute(bed.database);
  bed.gateway = await startGateway(settings);
}
