import { Field, ID, ObjectType } from 'type-graphql';
import { PROTOCOLS } from '../../../routing/catalog';
import { ChannelStatusEnum } from '../enums';
import type { ChannelView } from './channel-view';

@ObjectType('Channel', { description: 'An upstream account: where requests go. Its secret is never readable.', simpleResolvers: true })
export class ChannelNode {
  @Field(() => ID, { description: 'As in the catalog.' })
  readonly id: string;

  @Field(() => String, { description: 'For people.' })
  readonly name: string;

  @Field(() => String, {
    description: `The wire format that it speaks: ${PROTOCOLS.slice(0, -1).join(', ')} or ${PROTOCOLS.at(-1)}. Below a receipt: what it spoke then.`,
  })
  readonly protocol: string;

  @Field(() => String, { nullable: true, description: 'null for callers other than the operator.' })
  readonly baseUrl: string | null;

  @Field(() => ChannelStatusEnum, { description: 'What the operator set.' })
  readonly status: ChannelView['status'];
}
