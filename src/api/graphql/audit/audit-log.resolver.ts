import { Arg, Ctx, Query, Resolver } from 'type-graphql';
import { Fault } from '../../../kernel/fault';
import { accountOf } from '../../../keys/viewer';
import type { GraphContext } from '../context';
import { given } from '../given';
import { After, connectionOf, First, pageRequest } from '../pages';
import { AuditEntryConnection } from './audit-log.type';

@Resolver()
export class AuditLogResolver {
  @Query(() => AuditEntryConnection, {
    description: 'Who changed what, new to old: for the people of an account, in it; for the operator, everywhere. Not for keys.',
  })
  async auditLog(
    @Ctx() { viewer, sources }: GraphContext,
    @First() first: number | null,
    @After() after: string | null,
    @Arg('action', () => String, { nullable: true, description: 'The name of a mutation; left out: all.' }) action: string | null,
    @Arg('target', () => String, { nullable: true, description: 'The id of what was changed; left out: all.' }) target: string | null,
  ): Promise<AuditEntryConnection> {
    if (viewer.kind === 'key') throw new Fault('forbidden', 'An API key cannot read the audit log: use the token of the account.');
    const page = pageRequest(first, after);
    return connectionOf(page, await sources.auditLog.page(accountOf(viewer), page, given({ action, target })), (entry) => entry);
  }
}
