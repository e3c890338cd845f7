/** The scripted conversation that every client has on every protocol: what is asked, what comes back, and what it cost. */
import type { Protocol } from '../../../src/routing/catalog';
import { eventually, gate } from '../eventually';
import { leaversNoticed } from '../forge-client';
import { type ClientBed, closeClientBed, modelOn, onTheBooks, openClientBed, type Recorder } from './client-bed';

/** A client as the table knows it. Each call is one that its documentation shows. */
export interface TalkingClient {
  /** The text of a whole answer. */
  complete(model: string, prompt: string): Promise<string>;
  /** The pieces of a streamed answer; `onPiece` is called with each. */
  stream(model: string, prompt: string, onPiece?: () => void, signal?: AbortSignal): Promise<string[]>;
  /** Offers the tool `weather` with a `city`, runs it when it is called, and gives the text that follows. */
  useTool(model: string, prompt: string, weather: (city: string) => string): Promise<string>;
  /** The same, both turns streamed. */
  useToolStreamed(model: string, prompt: string, weather: (city: string) => string): Promise<string>;
  /** An answer that keeps to `CITY_SCHEMA`. */
  structured(model: string, prompt: string): Promise<unknown>;
}

/** How a client tells an error. */
export interface ToldError {
  readonly status: number | undefined;
  readonly message: string;
}

export const CITY_SCHEMA = {
  type: 'object',
  properties: { city: { type: 'string' }, population: { type: 'integer' } },
  required: ['city', 'population'],
  additionalProperties: false,
} as const;
export const WEATHER = {
  name: 'weather',
  description: 'The weather of a city',
  schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false } as const,
};

const CALL = { toolCalls: [{ name: 'weather', arguments: '{"city":"Paris"}' }] };
const PATHS: Readonly<Record<Protocol, RegExp>> = {
  openai: /^\/v1\/(chat\/completions|responses)$/,
  anthropic: /^\/v1\/messages$/,
  gemini: /^\/v1beta\/models\/gemini-3-flash:(generateContent|streamGenerateContent\?alt=sse)$/,
};

export function converse(
  title: string,
  protocols: readonly Protocol[],
  clientOf: (bed: ClientBed, recorder: Recorder, key?: string) => TalkingClient,
  told: (error: unknown) => ToldError,
): void {
  let bed: ClientBed;

  beforeAll(async () => {
    bed = await openClientBed();
  });

  afterAll(() => closeClientBed(bed));

  describe.each<Protocol>([...protocols])(`${title}, on a channel of protocol %s`, (protocol) => {
    const model = modelOn(protocol);
    const last = () => bed.provider.requests.at(-1);
    const talk = (conversation: (client: TalkingClient) => Promise<void>) =>
      onTheBooks(bed, (recorder) => conversation(clientOf(bed, recorder)));

    it('completes', async () => {
      const [receipt] = await talk(async (client) => {
        bed.provider.next({ text: 'Bonjour tout le monde' });
        expect(await client.complete(model, 'Say hello in French')).toBe('Bonjour tout le monde');
      });
      expect(receipt).toMatchObject({ status: 'SUCCEEDED', usage: { inputTokens: 4, outputTokens: 4, source: 'PROVIDER' } });
      expect(last()?.path).toMatch(PATHS[protocol]);
      expect(last()?.text).toContain('Say hello in French');
    });

    it('streams, piece by piece', async () => {
      const [receipt] = await talk(async (client) => {
        bed.provider.next({ text: 'one two three four' });
        const pieces = await client.stream(model, 'Count to four');
        expect(pieces.filter((piece) => piece !== '')).toEqual(['one ', 'two ', 'three ', 'four']);
      });
      expect(receipt).toMatchObject({ stream: true, status: 'SUCCEEDED', usage: { inputTokens: 3, outputTokens: 4, source: 'PROVIDER' } });
      expect(last()?.asked.stream).toBe(true);
    });

    it.each(['useTool', 'useToolStreamed'] as const)('calls a tool, and goes on with its result (%s)', async (way) => {
      const receipts = await talk(async (client) => {
        bed.provider.next(CALL);
        bed.provider.next({ text: 'It is sunny in Paris' });
        const asked: string[] = [];
        const weather = (city: string) => {
          asked.push(city);
          return 'sunny, 21 degrees';
        };
        expect(await client[way](model, 'How is Paris?', weather)).toBe('It is sunny in Paris');
        expect(asked).toEqual(['Paris']);
      });
      expect(receipts).toHaveLength(2);
      const second = last()?.text ?? '';
      for (const part of ['How is Paris?', 'sunny, 21 degrees', 'The weather of a city']) expect(second).toContain(part);
    });

    it('gets structured output, by a schema that reaches the provider', async () => {
      const answer = { city: 'Paris', population: 2100000 };
      await talk(async (client) => {
        bed.provider.next((request) =>
          /"(?:name|tool)":"json"/.test(request.text)
            ? { toolCalls: [{ name: 'json', arguments: JSON.stringify(answer) }] }
            : { text: JSON.stringify(answer) },
        );
        expect(await client.structured(model, 'Tell me of Paris')).toEqual(answer);
      });
      expect(last()?.text).toContain('"population"');
    });

    it('is told what the provider rejected, and pays nothing', async () => {
      const [receipt] = await talk(async (client) => {
        bed.provider.next({ status: 400, error: { message: 'That is too long.', type: 'invalid_request_error', code: 'too_long' } });
        const error = told(await client.complete(model, 'Say hello').catch((reason: unknown) => reason));
        expect(error).toMatchObject({ status: 400, message: expect.stringContaining('That is too long.') as string });
      });
      expect(receipt).toMatchObject({ stopReason: 'REJECTED', charge: '0' });
    });

    it('is told when no channel answers, and pays nothing', async () => {
      const [receipt] = await talk(async (client) => {
        bed.provider.next({ status: 503 });
        const error = told(await client.complete(model, 'Say hello').catch((reason: unknown) => reason));
        expect(error.status).toBe(502);
      });
      expect(receipt).toMatchObject({ status: 'FAILED', stopReason: 'UPSTREAM_ERROR', charge: '0' });
    });

    it('is told of a wrong key, and leaves no receipt', async () => {
      const client = clientOf(bed, { fetch, requestIds: [] }, 'sk-tf-wrong');
      const [receipt] = await onTheBooks(bed, async () => {
        expect(told(await client.complete(model, 'Say hello').catch((reason: unknown) => reason)).status).toBe(401);
      });
      expect(receipt).toBeUndefined();
    });

    it('aborts in the middle: the provider is read to its end, and that is what is paid', async () => {
      const held = gate();
      const receipts = await talk(async (client) => {
        bed.provider.next({ text: 'one two three four', gate: { before: 'rest', opened: held.opened } });
        const leaver = new AbortController();
        await client.stream(model, 'Count to four', () => leaver.abort(), leaver.signal).catch(() => undefined);
        expect(leaver.signal.aborted).toBe(true);
        await leaversNoticed(bed.gateway.origin);
        held.open();
        await eventually(() => expect(bed.provider.served.at(-1)?.completed).toBe(true));
      });
      expect(receipts).toMatchObject([{ status: 'CANCELLED', stopReason: 'CLIENT_GONE', usage: { outputTokens: 4 } }]);
    });
  });
}
