import { Field, ID, ObjectType } from 'type-graphql';

@ObjectType('Project', { description: 'A group of API keys of one account.' })
export class ProjectNode {
  @Field(() => ID, { description: 'As in the catalog, or as it was given when it was made.' })
  readonly id: string;

  @Field(() => ID, { description: 'The account that it is of.' })
  readonly accountId: string;

  @Field(() => String, { description: 'For people.' })
  readonly name: string;
}
