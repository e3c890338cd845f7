/** Writes every mutation down: that it begins, before it does, and how it ended. */
import type { GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import { type AuditEntry, actorOf } from '../../../gateway/audit-log';
import { Fault } from '../../../kernel/fault';
import { newId } from '../../../kernel/ids';
import { invariant } from '../../../kernel/invariant';
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
    await ended(context, entry, audited, { args, result, fault: null });
    return result;
  } catch (error) {
    await ended(context, entry, audited, { args, result: null, fault: error instanceof Fault ? error.code : 'internal_error' });
    throw error;
  }
}

async function begun(context: GraphContext, action: string, audited: Audited, args: Args): Promise<AuditEntry> {
  const target = shortened(audited.target(args, null));
  const before = target === null ? null : await audited.read(context, target);
  const entry: AuditEntry = {
    ...{ id: newId(), at: context.sources.clock.now(), requestId: context.requestId, ...actorOf(context.viewer) },
    ...{ accountId: accountIn(context, before), action, target, outcome: 'BEGUN', faultCode: null },
    ...{ before: before === null ? null : stateText(before), after: null },
  };
  await context.sources.auditLog.begin(entry);
  return entry;
}

interface Ended {
  readonly args: Args;
  readonly result: unknown;
  readonly fault: string | null;
}

/** What was done stands, also where its end cannot be written down: the entry then says that it was begun. */
async function ended(context: GraphContext, entry: AuditEntry, audited: Audited, { args, result, fault }: Ended): Promise<void> {
  const { auditLog, log } = context.sources;
  try {
    const target = shortened(audited.target(args, result));
    const after = target === null || fault !== null ? null : await audited.read(context, target);
    await auditLog.end({
      ...{ id: entry.id, target, accountId: after === null ? entry.accountId : accountIn(context, after) },
      ...{ outcome: fault === null ? 'DONE' : 'REFUSED', faultCode: fault, after: after === null ? null : stateText(after) },
    });
  } catch (err) {
    log.error({ err, entry: entry.id, action: entry.action, fault }, 'how a mutation ended could not be written down');
  }
}

function shortened(target: string | null): string | null {
  return target === null || !/^[\x20-\x7e]*$/.test(target) ? null : target.slice(0, TARGET_MAX);
}
