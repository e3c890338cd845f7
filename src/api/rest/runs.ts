/** `/v1/runs`: a run of an agent's own, for the key that makes it. Names are those of the graph's `AgentRun`. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { objectIn } from '../../gateway/reading/read-call';
import { readIdempotencyKey } from '../../gateway/reading/request-headers';
import { Fault, wrong } from '../../kernel/fault';
import { repeatedMember } from '../../kernel/json-members';
import { formatDecimal, nano, parseDecimal } from '../../kernel/money';
import { shown } from '../../kernel/shown';
import { BUCKETS, type Bucket } from '../../kernel/words';
import type { LedgerReader } from '../../ledger/ledger-reader';
import { finishRun, type RunWish, startRun } from '../../runs/manage-runs';
import type { Run } from '../../runs/run';
import { type RunStanding, standingOf } from '../../runs/run-standing';
import type { RunStore } from '../../runs/run-store';
import { headerOf } from './bearer';
import { type CallerDeps, callerOf } from './caller';
import { type ById, ownRun } from './own-run';
import { lineJson } from './run-amounts';

export interface RunDeps extends CallerDeps {
  readonly runs: RunStore;
  readonly reader: Pick<LedgerReader, 'spendOf'>;
}

const PATH = '/v1/runs';

const amount = z.string({ error: 'must be a decimal string such as "5"' }).transform((text, context) => {
  const units = parseDecimal(text);
  if (units === undefined) context.addIssue('must be a decimal string such as "5", with at most nine digits after the point');
  return nano(units ?? 0n);
});
const line = z.strictObject(
  { bucket: z.enum(BUCKETS, { error: `must be ${BUCKETS.join(' or ')}` }), amount },
  { error: 'must have a bucket and an amount' },
);
const budget = z.array(line, { error: 'must be a list such as [{ "bucket": "RMB", "amount": "5" }]' }).default([]);
const wish = z.strictObject({ name: z.string({ error: 'must be a text' }), budget });
const NO_JSON = new Fault(
  'invalid_json',
  'The body must be a JSON object such as { "name": "nightly", "budget": [{ "bucket": "RMB", "amount": "5" }] }.',
);

export function registerRuns(app: FastifyInstance, deps: RunDeps): void {
  void app.register((scope, _options, done) => {
    // Before a body is read: nothing is kept for strangers.
    scope.addHook('onRequest', async (request) => {
      await callerOf(deps, request);
    });
    scope.removeAllContentTypeParsers();
    // Whatever it is called: `curl -d` calls it a form.
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, taken) => taken(null, body));
    scope.post(PATH, (request) => start(deps, request));
    scope.get<ById>(`${PATH}/:id`, async (request, reply) => standing(deps, await ownRun(deps, request), reply));
    scope.post<ById>(`${PATH}/:id/finish`, async (request, reply) => {
      const { id, kind } = await ownRun(deps, request);
      if (kind === 'RESEARCH')
        throw new Fault('invalid_request', `The run ${id} is one of research, which ends by itself: cancelResearchRun ends it now.`);
      return standing(deps, await finishRun(deps, id), reply);
    });
    done();
  });
}

async function start(deps: RunDeps, request: FastifyRequest): Promise<object> {
  const key = await callerOf(deps, request);
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const asked = readIdempotencyKey(headerOf(request.headers, 'idempotency-key'), key.id, PATH, body);
  const made = await startRun(deps, key, wishOf(body), asked === null ? null : { key: asked.id, contentHash: asked.bodyHash });
  return runJson(await standingOf(deps, made));
}

async function standing(deps: RunDeps, run: Run, reply: FastifyReply): Promise<object> {
  reply.header('cache-control', 'no-store');
  return runJson(await standingOf(deps, run));
}

/** @throws Fault `invalid_json`, or `invalid_request` that names the first field at fault */
function wishOf(body: Buffer): RunWish {
  const read = wish.safeParse(jsonOf(body));
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const path = [...(issue?.path ?? []), ...unknown].map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  const param = shown(path.replace(/^\./, ''));
  const what = param === '' ? 'The body' : param;
  const problem = unknown.length > 0 ? 'unknown field' : issue?.message;
  throw new Fault('invalid_request', `${what}: ${problem ?? 'is not as it should be'}.`, param === '' ? {} : { param });
}

function jsonOf(body: Buffer): unknown {
  const read = objectIn(body);
  if (read instanceof Fault) throw read.code === 'invalid_json' ? NO_JSON : read;
  // Readers differ in which one they obey: whoever allowed this run may have seen another budget.
  const repeated = repeatedMember(read.text);
  if (repeated !== undefined) throw wrong(shown(repeated), 'stands in the body more than once');
  return read.json;
}

function runJson({ run, spent, held, left, receipt }: RunStanding): object {
  const { id, kind, name, status, statusReason, budget, createdAt, finishedAt } = run;
  const both = (of: Readonly<Record<Bucket, bigint>>) => BUCKETS.map((bucket) => lineJson({ bucket, amount: nano(of[bucket]) }));
  return {
    ...{ id, kind, name, status, statusReason },
    ...{ budget: budget.map(lineJson), spent: both(spent), held: both(held), left: left.map(lineJson) },
    ...{ createdAt: new Date(createdAt).toISOString(), finishedAt: finishedAt === null ? null : new Date(finishedAt).toISOString() },
    receipt: {
      ...receipt,
      charges: receipt.charges.map(lineJson),
      refunds: receipt.refunds.map(lineJson),
      byModel: receipt.byModel.map((part) => ({ ...part, charge: formatDecimal(part.charge) })),
    },
  };
}
