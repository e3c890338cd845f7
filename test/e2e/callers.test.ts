/**
 * Who may ask for what: every root field of the schema by each kind of caller, against what is decided and what the schema says; and what
 * only the operator is shown.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, isObjectType } from 'graphql';
import { type AskedBy, DECIDED, decidedFor, SAID_SO } from '../support/decided-callers';
import { graph, graphAnswer, postChat } from '../support/forge-client';
import { OPERATOR_TOKEN } from '../support/gateway-process';
import { type Field, KNOWN, neededValues, operationOf, rootFields } from '../support/generated-queries';
import { onOneDatabase } from '../support/on-each-database';
import { connectLive } from '../support/raw-live-client';
import { HI, secretOf, tokenOf } from '../support/shop-catalog';

const SCHEMA = buildSchema(readFileSync(join(__dirname, '..', '..', 'schema', 'schema.graphql'), 'utf8'));
const ROOTS = (['query', 'mutation', 'subscription'] as const).flatMap((kind) =>
  rootFields(SCHEMA, kind).map((field) => ({ kind, field })),
);

/** From the one who may least to the one who may all. */
const CALLERS = ['a key', 'a member', 'an owner', 'the operator'] as const;
type Caller = (typeof CALLERS)[number];
/** The least that may ask. */
const LEAST: Readonly<Record<AskedBy, Caller>> = {
  everybody: 'a key',
  people: 'a member',
  owner: 'an owner',
  operator: 'the operator',
};

function mayAsk(caller: Caller, { name }: Field): boolean {
  const decided = decidedFor(name);
  return decided !== undefined && CALLERS.indexOf(caller) >= CALLERS.indexOf(LEAST[decided]);
}

describe('each root field of the graph', () => {
  it('is decided once, and nothing else is', () => {
    expect([...DECIDED].sort()).toEqual(ROOTS.map(({ field }) => field.name).sort());
  });

  it('says who may ask for it', () => {
    const wrong = ROOTS.filter(({ field: { name, description } }) => !SAID_SO[decidedFor(name) ?? 'operator'].test(description ?? ''));
    expect(wrong.map(({ field: { name, description } }) => ({ name, decided: decidedFor(name), description }))).toEqual([]);
  });
});

onOneDatabase('who may ask for what', (bed, promise) => {
  let member: string | null = null;
  const tokenFor = async (caller: Caller): Promise<string> => {
    const mutation = 'mutation { createAccountToken(name: "m", role: MEMBER) { secret } }';
    member ??= (await graph<{ createAccountToken: { secret: string } }>(bed.gateway.origin, tokenOf('acme'), mutation)).createAccountToken
      .secret;
    return { 'a key': secretOf('chat'), 'a member': member, 'an owner': tokenOf('acme'), 'the operator': OPERATOR_TOKEN }[caller];
  };

  for (const caller of CALLERS) {
    promise(`is as decided for ${caller}`, async () => {
      const token = await tokenFor(caller);
      const live = await connectLive(bed.gateway.origin, token);
      const codeOf = async (kind: (typeof ROOTS)[number]['kind'], field: Field): Promise<string | null> => {
        const values = neededValues(field, KNOWN);
        const query = operationOf(kind, field, values);
        if (kind !== 'subscription')
          return (await graphAnswer(bed.gateway.origin, token, query, values)).errors?.[0]?.extensions.faultCode ?? null;
        live.subscribe(field.name, query, values);
        live.subscribe(`after ${field.name}`, '{ __typename }');
        const { type, payload } = await live.hears(
          ({ id, type }) => id === `after ${field.name}` || (id === field.name && type === 'next'),
        );
        const said = payload as { readonly errors?: readonly { readonly extensions: { readonly faultCode?: string } }[] };
        return type === 'next' ? (said.errors?.[0]?.extensions.faultCode ?? null) : null;
      };
      const wrong: string[] = [];
      for (const { kind, field } of ROOTS) {
        const isRefused = (await codeOf(kind, field)) === 'forbidden';
        if (isRefused === mayAsk(caller, field)) wrong.push(`${kind} ${field.name} is ${isRefused ? 'refused' : 'let through'}`);
      }
      live.socket.close();
      expect(wrong).toEqual([]);
    });
  }

  promise('shows what only operators are shown to nobody else', async () => {
    await (await postChat(bed.gateway.origin, secretOf('chat'), { model: 'small', messages: HI })).text();
    const hidden = hiddenFields();
    const seen = async (token: string) => {
      const found = new Set<string>();
      for (const field of rootFields(SCHEMA, 'query')) {
        const values = neededValues(field, KNOWN);
        const { data } = await graphAnswer<unknown>(bed.gateway.origin, token, operationOf('query', field, values), values);
        namesWithValues(data, found);
      }
      return hidden.filter((name) => found.has(name));
    };
    expect(hidden).toEqual(expect.arrayContaining(['baseUrl', 'cost']));
    expect(await seen(OPERATOR_TOKEN)).toEqual(hidden);
    for (const caller of CALLERS.slice(0, -1)) expect({ caller, seen: await seen(await tokenFor(caller)) }).toEqual({ caller, seen: [] });
  });
});

/** The names of fields below the root whose descriptions keep them for the operator. */
function hiddenFields(): string[] {
  const types = Object.values(SCHEMA.getTypeMap()).filter(isObjectType);
  const below = types.filter((type) => type !== SCHEMA.getQueryType() && type !== SCHEMA.getMutationType());
  const fields = below.flatMap((type) => Object.values(type.getFields()));
  const kept = fields.filter(({ description }) => /Operators only|null for callers other than the operator/.test(description ?? ''));
  return [...new Set(kept.map(({ name }) => name))].sort();
}

function namesWithValues(value: unknown, into: Set<string>): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    if (inner !== null && !Array.isArray(value)) into.add(name);
    namesWithValues(inner, into);
  }
}
