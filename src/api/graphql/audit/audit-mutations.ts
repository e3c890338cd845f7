/** Writes every mutation down: that it begins, before it does, and how it ended. */
import type { GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import { Fault } from '../../../kernel/fault';
import { newId } from '../../../kernel/ids';
import { invariant } from '../../../kernel/invariant';
import type { Viewer } from '../../../keys/viewer';
import type { AuditEntry } from '../../../ledger/mutation-log';
import type { GraphContext } from '../context';
import { type Args, AUDITED, type Audited, accountIn, stateText } from './audited-states';

/** Ids longer than any that there is are not worth a row. */
const TARGET_MAX = 200;

type Resolve = GraphQLFieldResolver<unknown, GraphContext, Args>;

/** Puts the log around every mutation of the schema. Queries are not touched: they would pay for it in every field. */
export function withAuditLog(schema: GraphQLSchema): GraphQLSchema {
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    const audited = AUDITED[field.name];
    const resolve = field.resolve as Resolve | undefined;
    invariant(audited !== undefined && resolve !== undefined, `the mutation ${field.name} says what it changes`);
    field.resolve = ((root, args, context, info) =>
      writtenDown(context, field.name, audited, args, () => resolve(root, args, context, info))) satisfies Resolve;
  }
  return schema;
}

async function writtenDown(context: GraphContext, action: string, audited: Audited, args: Args, change: () => unknown): Promise<unknown> {
  const entry = await begun(context, action, audited, args);
  try {
    const result = await change();
    await ended(context, entry, audited, { args, result, ...DONE });
    return result;
  } catch (error) {
    await ended(context, entry, audited, { args, result: null, ...failureOf(error) });
    throw error;
  }
}

async function begun(context: GraphContext, action: string, audited: Audited, args: Args): Promise<AuditEntry> {
  const target = shortened(audited.target(args, null, context.viewer));
  const before = target === null ? null : await audited.read(context, target, args, null);
  const entry: AuditEntry = {
    ...{ id: newId(), at: context.sources.clock.now(), requestId: context.requestId, ...actorOf(context.viewer) },
    ...{ accountId: accountIn(context, before), action, target, outcome: 'BEGUN', faultCode: null },
    ...{ before: before === null ? null : stateText(before), after: null },
  };
  await context.sources.auditLog.begin(entry);
  return entry;
}

type How = Pick<AuditEntry, 'outcome' | 'faultCode'>;
type Ended = How & { readonly args: Args; readonly result: unknown };

const DONE: How = { outcome: 'DONE', faultCode: null };

/** Only what was refused has changed nothing for certain: where something broke, the change may be there all the same. */
function failureOf(error: unknown): How {
  const code = error instanceof Fault ? error.code : 'internal_error';
  return { outcome: code === 'internal_error' || code === 'temporarily_unavailable' ? 'BEGUN' : 'REFUSED', faultCode: code };
}

/** What was done stands, also where its end cannot be written down: the entry then says that it was begun. */
async function ended(context: GraphContext, entry: AuditEntry, audited: Audited, { args, result, ...how }: Ended): Promise<void> {
  const { auditLog, log } = context.sources;
  try {
    const target = shortened(audited.target(args, result, context.viewer));
    const after = target === null || how.outcome === 'REFUSED' ? null : await audited.read(context, target, args, result);
    await auditLog.end({
      ...{ id: entry.id, target, accountId: after === null ? entry.accountId : accountIn(context, after) },
      ...{ ...how, after: after === null ? null : stateText(after) },
    });
  } catch (err) {
    log.error({ err, entry: entry.id, action: entry.action, ...how }, 'how a mutation ended could not be written down');
  }
}

function shortened(target: string | null): string | null {
  return target === null || !/^[\x20-\x7e]*$/.test(target) ? null : target.slice(0, TARGET_MAX);
}

/** Who a viewer is in the log. */
function actorOf(viewer: Viewer): Pick<AuditEntry, 'actorKind' | 'actorId'> {
  switch (viewer.kind) {
    case 'operator':
      return { actorKind: 'OPERATOR', actorId: null };
    case 'account':
      return { actorKind: 'ACCOUNT', actorId: viewer.tokenId ?? viewer.accountId };
    case 'key':
      return { actorKind: 'KEY', actorId: viewer.key.id };
  }
}
