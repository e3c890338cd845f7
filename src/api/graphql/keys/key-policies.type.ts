/** The policies of a key in the graph, as they are read and as they are given. */
import { Field, InputType, Int, ObjectType } from 'type-graphql';
import { nano } from '../../../kernel/money';
import type { Bucket } from '../../../kernel/words';
import type { ChargeCeiling, KeyPolicies, PriceCeiling } from '../../../keys/key-policies';
import { BucketEnum } from '../enums';
import { BucketAmountInput } from '../runs/bucket-amount.input';
import { Decimal } from '../scalars';

const ATTEMPTS = 'Tries of one request, over all its channels and both balances; null: as many as the routes have.';
const DEADLINE = 'Milliseconds from receiving a request to the last byte of its answer; null: as long as the channels allow.';
const MAX_PRICE = 'The most that one million tokens may cost: channels that are dearer are passed over. At most one for each bucket.';
const MAX_CHARGE = 'The most that may be held for one request, and so the most that it can cost. At most one for each bucket.';
const ALIASES = 'Names under which the key calls models, before those of the catalog.';
const ADDRESSES =
  'Where the key may be used from: addresses of clients, and ranges such as "203.0.113.0/24" or "2001:db8::/32", 100 at most.';
const PRICE_SIDE = 'Per million tokens, as the price list names it, in the currency of the bucket; null: any price.';

@ObjectType('PriceCeiling', { description: 'The most that one million tokens may cost a key.' })
export class PriceCeilingNode {
  @Field(() => BucketEnum, { description: 'The bucket that pays.' })
  readonly bucket: Bucket;

  @Field(() => Decimal, { nullable: true, description: PRICE_SIDE })
  readonly input: bigint | null;

  @Field(() => Decimal, { nullable: true, description: PRICE_SIDE })
  readonly output: bigint | null;
}

@ObjectType('ChargeCeiling', { description: 'The most that one request of a key can cost.' })
export class ChargeCeilingNode {
  @Field(() => BucketEnum, { description: 'The bucket that pays.' })
  readonly bucket: Bucket;

  @Field(() => Decimal, { description: 'In the currency of the bucket.' })
  readonly amount: bigint;
}

@ObjectType('ModelAlias', { description: 'Another name for a model.' })
export class ModelAliasNode {
  @Field(() => String, { description: 'What requests name.' })
  readonly alias: string;

  @Field(() => String, { description: 'The id of the model that serves them.' })
  readonly model: string;
}

/** What a key asks of the requests that it makes. */
@ObjectType()
export abstract class KeyPoliciesFields {
  @Field(() => Int, { nullable: true, description: ATTEMPTS })
  readonly maxAttempts: number | null;

  @Field(() => Int, { nullable: true, description: DEADLINE })
  readonly deadlineMs: number | null;

  @Field(() => [PriceCeilingNode], { description: `${MAX_PRICE} Empty: any price.` })
  readonly maxPrice: readonly PriceCeilingNode[];

  @Field(() => [ChargeCeilingNode], { description: `${MAX_CHARGE} Empty: whatever it costs.` })
  readonly maxCharge: readonly ChargeCeilingNode[];

  @Field(() => [ModelAliasNode], { description: ALIASES })
  readonly modelAliases: readonly ModelAliasNode[];

  @Field(() => [String], { description: `${ADDRESSES} Empty: from anywhere.` })
  readonly allowedAddresses: readonly string[];
}

@InputType('PriceCeilingInput', { description: 'The most that one million tokens may cost: for input, for output, or for both.' })
export class PriceCeilingInput {
  @Field(() => BucketEnum, { description: 'The bucket that pays.' })
  readonly bucket: Bucket;

  @Field(() => Decimal, { nullable: true, description: PRICE_SIDE })
  readonly input?: bigint | null;

  @Field(() => Decimal, { nullable: true, description: PRICE_SIDE })
  readonly output?: bigint | null;
}

@InputType('ModelAliasInput', { description: 'Another name for a model.' })
export class ModelAliasInput {
  @Field(() => String, { description: 'What requests name: 1 to 200 letters, digits and . _ : / @ + -' })
  readonly alias: string;

  @Field(() => String, { description: 'The id of a model of the catalog, and no alias.' })
  readonly model: string;
}

/** What is left out of a new key it does not have; what is left out of a change stays, and null lifts it. */
@InputType()
export abstract class KeyPoliciesInput {
  @Field(() => Int, { nullable: true, description: ATTEMPTS })
  readonly maxAttempts?: number | null;

  @Field(() => Int, { nullable: true, description: DEADLINE })
  readonly deadlineMs?: number | null;

  @Field(() => [PriceCeilingInput], { nullable: true, description: MAX_PRICE })
  readonly maxPrice?: PriceCeilingInput[] | null;

  @Field(() => [BucketAmountInput], { nullable: true, description: MAX_CHARGE })
  readonly maxCharge?: BucketAmountInput[] | null;

  @Field(() => [ModelAliasInput], { nullable: true, description: ALIASES })
  readonly modelAliases?: ModelAliasInput[] | null;

  @Field(() => [String], { nullable: true, description: ADDRESSES })
  readonly allowedAddresses?: string[] | null;
}

/** The fields that were given; undefined: left out. */
export function policiesIn(input: KeyPoliciesInput): { readonly [K in keyof KeyPolicies]: KeyPolicies[K] | undefined } {
  const { maxAttempts, deadlineMs, maxPrice, maxCharge, modelAliases, allowedAddresses } = input;
  return {
    maxAttempts,
    deadlineMs,
    maxPrice: maxPrice === undefined ? undefined : (maxPrice ?? []).map(priceCeilingOf),
    maxCharge: maxCharge === undefined ? undefined : (maxCharge ?? []).map(chargeCeilingOf),
    modelAliases: modelAliases === undefined ? undefined : (modelAliases ?? []).map(({ alias, model }) => ({ alias, model })),
    allowedAddresses: allowedAddresses === undefined ? undefined : (allowedAddresses ?? []),
  };
}

function priceCeilingOf({ bucket, input, output }: PriceCeilingInput): PriceCeiling {
  const side = (amount: bigint | null | undefined) => (amount === null || amount === undefined ? null : nano(amount));
  return { bucket, input: side(input), output: side(output) };
}

function chargeCeilingOf({ bucket, amount }: BucketAmountInput): ChargeCeiling {
  return { bucket, amount: nano(amount) };
}
