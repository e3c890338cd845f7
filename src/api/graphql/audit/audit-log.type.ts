import { Field, ID, ObjectType } from 'type-graphql';
import type { AuditActor, AuditOutcome } from '../../../ledger/mutation-log';
import { AuditActorEnum, AuditOutcomeEnum } from '../enums';
import { type Connection, connectionType } from '../pages';
import { DateTime } from '../scalars';

@ObjectType('AuditEntry', { description: 'One mutation: who tried it, what it changed, and how it ended.', simpleResolvers: true })
export class AuditEntryNode {
  @Field(() => ID, { description: 'Names the entry for ever.' })
  readonly id: string;

  @Field(() => DateTime, { description: 'When it began.' })
  readonly at: number;

  @Field(() => ID, { description: 'The request, as in its x-request-id.' })
  readonly requestId: string;

  @Field(() => AuditActorEnum, { description: 'Whose token or key it was.' })
  readonly actorKind: AuditActor;

  @Field(() => ID, {
    nullable: true,
    description: 'The key, the management token, or the account whose first token it was; null: the operator.',
  })
  readonly actorId: string | null;

  @Field(() => ID, { nullable: true, description: 'The account that was changed; null: none, or all of them.' })
  readonly accountId: string | null;

  @Field(() => String, { description: 'The name of the mutation.' })
  readonly action: string;

  @Field(() => String, { nullable: true, description: 'The id of what was changed.' })
  readonly target: string | null;

  @Field(() => AuditOutcomeEnum, { description: 'How it ended.' })
  readonly outcome: AuditOutcome;

  @Field(() => String, { nullable: true, description: 'Why it was refused: the code of the error.' })
  readonly faultCode: string | null;

  @Field(() => String, { nullable: true, description: 'What it was before, as JSON; null: it was not there.' })
  readonly before: string | null;

  @Field(() => String, { nullable: true, description: 'What it was afterwards, as JSON; null: nothing was changed.' })
  readonly after: string | null;
}

export const AuditEntryConnection = connectionType('AuditEntry', AuditEntryNode, {
  one: 'entry of the audit log',
  many: 'entries of the audit log',
});
export type AuditEntryConnection = Connection<AuditEntryNode>;
