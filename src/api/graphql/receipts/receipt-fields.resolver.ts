import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { spokenBy } from '../../../gateway/views/receipt-view';
import { invariant } from '../../../kernel/invariant';
import type { GraphContext } from '../context';
import { ApiKeyNode } from '../keys/api-key.type';
import { viewKey } from '../keys/key-view';
import { ProjectNode } from '../keys/project.type';
import { LedgerEntryNode, viewEntry } from '../ledger/ledger-entry.type';
import { ChannelNode } from '../routing/channel.type';
import { viewChannelOf } from '../routing/channel-view';
import { PriceNode } from '../routing/price.type';
import { viewPrice } from '../routing/price-view';
import { Decimal } from '../scalars';
import { AttemptNode } from './attempt.type';
import { ReceiptNode } from './receipt.type';
import { ReceiptLineNode } from './receipt-parts.type';
import type { ReceiptRoot } from './receipt-root';

type ChannelThen = Omit<ChannelNode, 'protocol'> & { readonly protocol: () => Promise<string> };

@Resolver(() => ReceiptNode)
export class ReceiptFields {
  @FieldResolver(() => ApiKeyNode, { description: 'The key that made the request.' })
  async apiKey(@Root() { apiKeyId }: ReceiptRoot, @Ctx() { keys, now }: GraphContext): Promise<ApiKeyNode> {
    const key = await keys.key(apiKeyId);
    invariant(key !== null, 'whoever sees a receipt sees its key');
    return viewKey(key, now);
  }

  @FieldResolver(() => ProjectNode, { nullable: true, description: 'The project of the key when it made the request.' })
  project(@Root() { projectId }: ReceiptRoot, @Ctx() { keys }: GraphContext): Promise<ProjectNode | null> | null {
    return projectId === null ? null : keys.project(projectId);
  }

  @FieldResolver(() => ChannelNode, { nullable: true, description: 'The channel whose turn was first; null when no route was found.' })
  primaryChannel(@Root() receipt: ReceiptRoot, @Ctx() context: GraphContext): ChannelThen | null {
    return channelOf(context, receipt, receipt.primaryChannelId);
  }

  @FieldResolver(() => ChannelNode, { nullable: true, description: 'The channel of the last try; null when nothing was sent.' })
  finalChannel(@Root() receipt: ReceiptRoot, @Ctx() context: GraphContext): ChannelThen | null {
    return channelOf(context, receipt, receipt.finalChannelId);
  }

  @FieldResolver(() => PriceNode, { nullable: true, description: 'The price version that the charge was made with.' })
  async price(@Root() { readable }: ReceiptRoot, @Ctx() { receipts }: GraphContext): Promise<PriceNode | null> {
    const { price } = await receipts.priced(readable);
    return price === null ? null : viewPrice(price);
  }

  @FieldResolver(() => [ReceiptLineNode], {
    description: 'Lines that add up to charge exactly: each floored to the nano, the rest on a rounding line.',
  })
  async lines(@Root() { readable }: ReceiptRoot, @Ctx() { receipts }: GraphContext): Promise<ReceiptLineNode[]> {
    return [...(await receipts.priced(readable)).lines];
  }

  @FieldResolver(() => Decimal, {
    nullable: true,
    description: "charge minus what the primary channel's price would have charged for the same tokens: the cost of fallback.",
  })
  async fallbackDelta(@Root() { readable }: ReceiptRoot, @Ctx() { receipts }: GraphContext): Promise<bigint | null> {
    return (await receipts.priced(readable)).fallbackDelta;
  }

  @FieldResolver(() => [AttemptNode], { description: 'Every try and every step that was passed over, in order.' })
  attempts(@Root() { readable, read }: ReceiptRoot, @Ctx() { receipts }: GraphContext): AttemptNode[] | Promise<AttemptNode[]> {
    const attempts = read?.attempts ?? null;
    return attempts === null ? receipts.attempts(readable).then((found) => [...found]) : [...attempts];
  }

  @FieldResolver(() => [LedgerEntryNode], { description: 'The entries that the request caused, in the order in which they were written.' })
  ledgerEntries(@Root() { id, read }: ReceiptRoot, @Ctx() { ledger }: GraphContext): LedgerEntryNode[] | Promise<LedgerEntryNode[]> {
    const entries = read?.entries ?? null;
    return entries === null ? ledger.entriesOf(id).then((found) => found.map(viewEntry)) : entries.map(viewEntry);
  }
}

/** As it is now, but for what it spoke then, which is looked up where it is asked for. */
function channelOf(context: GraphContext, receipt: ReceiptRoot, id: string | null): ChannelThen | null {
  if (id === null) return null;
  const channel = viewChannelOf(context.catalog, id, context.viewer.kind === 'operator');
  const spoken = async () =>
    spokenBy(id, receipt.read?.attempts ?? (await context.receipts.attempts(receipt.readable))) ?? channel.protocol;
  return { ...channel, protocol: spoken };
}
