/**
 * What one tenant can learn of another: every field and every argument of the schema that takes an id, as the owner of another
 * account and as a key, over queries, mutations, subscriptions and REST. An id of the other tenant must be answered as an id
 * that nobody has, byte for byte. Made from the schema: what is new is in it by itself.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema } from 'graphql';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { eventually } from '../support/eventually';
import { get, graph, post, postChat } from '../support/forge-client';
import { OPERATOR_TOKEN } from '../support/gateway-process';
import {
  type Field,
  idPlaces,
  KNOWN,
  NOBODY,
  neededValues,
  nestedWithIds,
  operationOf,
  type Place,
  rootFields,
  type Values,
  valuesWith,
} from '../support/generated-queries';
import { onOneDatabase } from '../support/on-each-database';
import { startResearch } from '../support/research-client';
import { HI, secretOf, tokenOf } from '../support/shop-catalog';
import { sideBySide } from '../support/side-by-side';

const ROOT = join(__dirname, '..', '..');
const SCHEMA = buildSchema(readFileSync(join(ROOT, 'schema', 'schema.graphql'), 'utf8'));
const THEIRS = secretOf('globex-chat');
const OWNER = 'the owner of another account';
const KEY = 'a key of another account';
/** A key reads itself alone: of its neighbours in the same account it is told as of what does not exist. */
const NEIGHBOUR = 'another key of the same account';
const VIEWERS = [OWNER, KEY, NEIGHBOUR] as const;
type Who = (typeof VIEWERS)[number];

/** Everything of the other tenant that has an id, and what must never be seen of it. */
interface Theirs {
  readonly ids: readonly string[];
  readonly canaries: readonly string[];
}

interface World {
  readonly receipt: string;
  readonly run: string;
}

onOneDatabase('what a tenant learns of another', (bed, promise) => {
  let known: { readonly theirs: Theirs; readonly ofKey: Theirs; readonly neighbour: string } | null = null;
  let world: World = { receipt: '', run: '' };

  const call = async (key: string, headers: Record<string, string> = {}) => {
    const response = await postChat(bed.gateway.origin, key, { model: 'small', messages: HI }, { headers });
    await response.text();
    return response.headers.get('x-request-id') ?? '';
  };

  /** Made once for a gateway: the other tenant with two keys, a project, a run, receipts, entries and a redeemed code. */
  const made = async () => {
    if (known !== null) return known;
    const { origin } = bed.gateway;
    const run = (await (await post(origin, '/v1/runs', THEIRS, { name: 'their-secret-run' })).json()) as { id: string };
    const receipt = await call(THEIRS, { 'x-forge-run': run.id });
    const research = await startResearch(origin, tokenOf('globex'), { apiKeyId: 'globex-chat', mode: 'QUICK' });
    await call(secretOf('chat'));
    const mutation = 'mutation { createApiKey(input: { name: "neighbour" }) { secret } }';
    const { createApiKey } = await graph<{ createApiKey: { secret: string } }>(origin, tokenOf('globex'), mutation);
    const seen = await graph<{ ledgerEntries: { nodes: { id: string; cursor: string; kind: string }[] } }>(
      origin,
      tokenOf('globex'),
      '{ ledgerEntries { nodes { id cursor kind } } }',
    );
    const entries = seen.ledgerEntries.nodes;
    const charges = entries.filter(({ kind }) => kind === 'CHARGE');
    world = { receipt, run: run.id };
    const ofKey = {
      ids: ['globex-chat', receipt, run.id, research, ...charges.slice(0, 1).map(({ id }) => id)],
      canaries: ['globex-chat', 'their-secret-run', receipt, run.id, research, ...charges.flatMap(({ id, cursor }) => [id, cursor])],
    };
    const theirs = {
      ids: ['globex', 'globex-bots', 'globex:RMB', ...ofKey.ids, ...entries.slice(-1).map(({ id }) => id)],
      canaries: ['globex', ...ofKey.canaries, ...entries.flatMap(({ id, cursor }) => [id, cursor])],
    };
    known = { theirs, ofKey, neighbour: createApiKey.secret };
    return known;
  };
  const settled = async (): Promise<Theirs> => (await made()).theirs;

  /** Who asks, with what it may never see. */
  const asking = async (who: Who): Promise<Theirs & { readonly token: string; readonly own: string }> => {
    const { theirs, ofKey, neighbour } = await made();
    if (who === NEIGHBOUR) return { ...ofKey, token: neighbour, own: neighbour };
    return { ...theirs, token: who === OWNER ? tokenOf('acme') : secretOf('chat'), own: secretOf('chat') };
  };

  const raw = async (token: string, query: string, variables: object) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    const response = await fetch(`${bed.gateway.origin}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
    return `${response.status} ${await response.text()}`;
  };

  /** The answer without what may differ: the id that was asked for, and the id of the request itself. */
  const without = (answer: string, id: string) => answer.replaceAll(id, '<id>').replace(/"requestId":"[^"]*"/g, '"requestId":"-"');

  /** An id that nobody has, of the same shape: what is checked by its form must be answered alike as well. */
  const nobodyLike = (id: string) => (/^[0-9a-f-]{36}$/.test(id) ? NOBODY : id.includes(':') ? 'nobody:RMB' : 'nobody');

  /** The answers to ids of theirs that differ from the answer to one of nobody. */
  const leaksIn = async (token: string, { kind, field, way, place }: Asked, ids: readonly string[]): Promise<string[]> => {
    const ask = async (named: string) => {
      const values = valuesWith(field, neededValues(field, KNOWN), place, named, KNOWN);
      return without(await raw(token, operationOf(kind, field, values, way), values), named);
    };
    const nobodys = new Map<string, string>();
    for (const nobody of new Set(ids.map(nobodyLike))) nobodys.set(nobody, await ask(nobody));
    const leaks: string[] = [];
    for (const id of ids) {
      const [told, expected] = [await ask(id), nobodys.get(nobodyLike(id))];
      if (told !== expected) leaks.push(`${[...way, field.name].join('.')}(${place.join('.')}: ${id}): ${told} instead of ${expected}`);
    }
    return leaks;
  };

  // First: the log of mutations will hold the ids that a tenant itself has named.
  for (const who of VIEWERS) {
    promise(`is nothing: ${who} finds nothing of it in any field that can be asked for`, async () => {
      const { canaries, token } = await asking(who);
      for (const field of rootFields(SCHEMA, 'query')) {
        const values = neededValues(field, KNOWN);
        const answer = await raw(token, operationOf('query', field, values), values);
        expect({ field: field.name, found: canaries.filter((canary) => answer.includes(canary)) }).toEqual({
          field: field.name,
          found: [],
        });
        // A query that could not be asked would show nothing of anybody.
        expect({ field: field.name, refused: answer.includes('GRAPHQL_VALIDATION_FAILED') }).toEqual({ field: field.name, refused: false });
      }
    });
  }

  for (const kind of ['query', 'mutation'] as const) {
    for (const who of VIEWERS) {
      promise(
        `is nothing: ${who} is answered to each id in each argument of each ${kind} as to one that nobody has`,
        async () => {
          const { ids, token } = await asking(who);
          const places = placesOf(kind);
          const leaks = await sideBySide(places, (asked) => leaksIn(token, asked, ids));
          expect(leaks.flat()).toEqual([]);
          expect(places.length * ids.length).toBeGreaterThan(100);
        },
        720_000,
      );
    }
  }

  promise('is seen by the generated queries, where somebody may see it: they would show a leak', async () => {
    const { canaries } = await settled();
    const answers: string[] = [];
    for (const field of rootFields(SCHEMA, 'query')) {
      const values = neededValues(field, KNOWN);
      answers.push(await raw(OPERATOR_TOKEN, operationOf('query', field, values), values));
    }
    const all = answers.join();
    expect(canaries.filter((canary) => !all.includes(canary))).toEqual([]);
  });

  for (const who of VIEWERS) {
    promise(
      `is nothing: ${who} hears of it in no subscription, whatever id it names`,
      async () => {
        const { ids, canaries, token, own } = await asking(who);
        const { client, heard, follow } = listener(bed.gateway.origin, token);
        try {
          for (const field of rootFields(SCHEMA, 'subscription')) follow(`${field.name} own`, field, neededValues(field, KNOWN));
          const pairs = placesOf('subscription').flatMap(({ field, place }) =>
            ids.map((id) => {
              const [theirs, nobodys] = [id, nobodyLike(id)].map((named) => {
                const name = `${field.name}(${place}: ${named}) for ${id}`;
                follow(name, field, valuesWith(field, neededValues(field, KNOWN), place, named, KNOWN));
                return name;
              });
              return { id, theirs: theirs ?? '', nobodys: nobodys ?? '' };
            }),
          );
          const spend = rootFields(SCHEMA, 'subscription').find(({ name }) => name === 'spend') as Field;
          follow('last', spend, { projectId: NOBODY });
          // Messages are taken in their order: what came before this one has been asked for by then.
          await eventually(async () => expect(heard.get('last')).toContain('NOT_FOUND'));
          // Whoever follows its own spend hears of its own call, and by then of nothing else.
          await eventually(async () => {
            await call(THEIRS);
            await call(own);
            expect(heard.get('spend own')).toContain('CHARGE');
          });
          for (const canary of canaries) expect(heard.get('spend own')).not.toContain(canary);
          await eventually(async () => {
            for (const { id, theirs, nobodys } of pairs) {
              expect(without(heard.get(theirs) ?? '', id)).toBe(without(heard.get(nobodys) ?? '', nobodyLike(id)));
            }
          });
        } finally {
          await client.dispose();
        }
      },
      600_000,
    );
  }

  promise('is nothing over REST: each path that takes an id answers as to one that nobody has', async () => {
    await settled();
    const paths = restPathsWithId();
    expect(paths.map(({ path }) => path).sort()).toEqual([
      '/v1/receipts/:id',
      '/v1/runs/:id',
      '/v1/runs/:id/finish',
      '/v1/runs/:id/report.html',
      '/v1/runs/:id/report.md',
    ]);
    for (const { method, path } of paths) {
      for (const id of [world.receipt, world.run, 'globex', 'globex-chat', 'globex:RMB']) {
        const ask = async (named: string) => {
          const url = path.replace(/:[a-zA-Z]+/, encodeURIComponent(named));
          const response =
            method === 'post'
              ? await post(bed.gateway.origin, url, secretOf('chat'), '')
              : await get(bed.gateway.origin, url, secretOf('chat'));
          return `${response.status} ${without(await response.text(), named)}`;
        };
        expect(await ask(id)).toBe(await ask(nobodyLike(id)));
      }
    }
    const attached = await postChat(
      bed.gateway.origin,
      secretOf('chat'),
      { model: 'small', messages: HI },
      { headers: { 'x-forge-run': world.run } },
    );
    expect(attached.status).toBe(404);
  });
});

type Kind = 'query' | 'mutation' | 'subscription';

/** An argument in which an id can stand. */
interface Asked {
  readonly kind: Kind;
  readonly field: Field;
  /** The fields above it, from the root on. */
  readonly way: readonly string[];
  readonly place: Place;
}

function placesOf(kind: Kind): Asked[] {
  const roots = rootFields(SCHEMA, kind).map((field) => ({ field, way: [] as readonly string[] }));
  const all = kind === 'query' ? [...roots, ...nestedWithIds(SCHEMA)] : roots;
  return all.flatMap(({ field, way }) => idPlaces(field).map((place) => ({ kind, field, way, place })));
}

/** A client whose subscriptions write down all that they hear, by name. */
function listener(origin: string, token: string) {
  const client = createClient({
    url: `${origin.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: { authorization: `Bearer ${token}` },
  });
  const heard = new Map<string, string>();
  const follow = (name: string, field: Field, variables: Values) => {
    const hear = (what: unknown) => void heard.set(name, (heard.get(name) ?? '') + JSON.stringify(what));
    client.subscribe(
      { query: operationOf('subscription', field, variables), variables: { ...variables } },
      { next: hear, error: hear, complete: () => hear('.') },
    );
  };
  return { client, heard, follow };
}

/** Every path of the REST surface that names something by id, read from its sources. */
function restPathsWithId(): { readonly method: string; readonly path: string }[] {
  const folder = join(ROOT, 'src', 'api', 'rest');
  return readdirSync(folder)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .flatMap((file) => {
      const text = readFileSync(join(folder, file), 'utf8');
      const base = /const PATH = '([^']+)'/.exec(text)?.[1] ?? '';
      return [...text.matchAll(/\.(get|post|put|patch|delete)(?:<[^(]*>)?\(\s*[`']([^`']*:[^`']*)[`']/g)].map(
        ([, method = '', path = '']) => ({
          method,
          path: path.replace('${PATH}', base),
        }),
      );
    });
}
