/** Clients that keep calling a gateway that keeps dying, and remember exactly what they saw of each answer. */
import { eventsOf, postChat } from '../support/forge-client';
import type { SeededRandom } from '../support/seeded-random';

/** A call whose head has reached the client. */
export interface Seen {
  readonly requestId: string;
  readonly status: number;
  readonly stream: boolean;
  /** The whole answer has reached the client: the body of a whole one, the end marker of a stream. */
  readonly finished: boolean;
}

export interface Load {
  readonly seen: readonly Seen[];
  /** Calls that were cut or found nobody. */
  readonly broken: number;
  /** Everything that is not an answer or a broken connection: there should be none. */
  readonly odd: readonly string[];
  /** Clients that are in a call now. */
  readonly busy: number;
  /** Sends the clients to a gateway, or to any of several; null or none: they wait after the call that they are in. */
  direct(origins: string | readonly string[] | null): void;
  /** Resolves when every client has ended its last call. */
  stop(): Promise<void>;
}

export interface LoadSettings {
  readonly clients: number;
  readonly apiKey: string;
  readonly models: readonly string[];
  readonly random: SeededRandom;
}

export function startLoad({ clients, apiKey, models, random }: LoadSettings): Load {
  const seen: Seen[] = [];
  const odd: string[] = [];
  let broken = 0;
  let busy = 0;
  let stopped = false;
  let targets: readonly string[] = [];
  let wake: () => void = () => undefined;
  let changed = new Promise<void>((resolve) => (wake = resolve));

  const redirect = () => {
    wake();
    changed = new Promise<void>((resolve) => (wake = resolve));
  };

  async function call(origin: string): Promise<void> {
    const stream = random.chance(0.5);
    const words = Array.from({ length: random.between(1, 6) }, (_, at) => `w${at}`).join(' ');
    const model = models[random.between(0, models.length - 1)];
    let requestId = '';
    let status = 0;
    let finished = false;
    try {
      const response = await postChat(origin, apiKey, { model, messages: [{ role: 'user', content: words }], stream, max_tokens: 50 });
      requestId = response.headers.get('x-request-id') ?? '';
      status = response.status;
      const body = await response.text();
      finished = response.status === 200 && (!stream || eventsOf(body).at(-1) === '[DONE]');
      if (!finished) odd.push(`${requestId}: ${response.status} ${body.slice(-300)}`);
    } catch {
      broken += 1;
    }
    if (requestId !== '') seen.push({ requestId, status, stream, finished });
  }

  async function client(): Promise<void> {
    while (!stopped) {
      const target = targets.length > 1 ? targets[random.between(0, targets.length - 1)] : targets[0];
      if (target === undefined) {
        await changed;
        continue;
      }
      busy += 1;
      await call(target);
      busy -= 1;
    }
  }

  const running = Array.from({ length: clients }, client);
  return {
    seen,
    odd,
    get broken() {
      return broken;
    },
    get busy() {
      return busy;
    },
    direct(origins) {
      targets = origins === null ? [] : [origins].flat();
      redirect();
    },
    async stop() {
      stopped = true;
      redirect();
      await Promise.all(running);
    },
  };
}
