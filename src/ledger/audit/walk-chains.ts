/** The walks along chains: the balances of a wallet, link by link, and the blocks of seals. */
import { groupBy } from '../../kernel/lists';
import { auditLink, auditWallet, CHAIN_START, type ChainPlace } from './audit-chain';
import type { AuditRun } from './audit-run';
import { auditBlock, auditFact } from './audit-seals';
import { NO_HASH } from './seal';
import { pagesOf, pagesOfFacts } from './snapshot';
import type { Row } from './tables';
import type { OpenSums } from './walk-holds';

const WALLETS_AT_ONCE = 200;
const LINKS_AT_ONCE = 1_000;
const BLOCKS_AT_ONCE = 20;
const FACTS_AT_ONCE = 500;

/** Audits wallets: all of them, or the one that the audit is of. */
export async function walkWallets(run: AuditRun, open: OpenSums): Promise<void> {
  const { walletId } = run.ports;
  const within = walletId === null ? undefined : ({ column: 'id', value: walletId } as const);
  for await (const wallets of pagesOf(run.snapshot, 'wallet', WALLETS_AT_ONCE, ({ id }) => id, within)) {
    for (const wallet of wallets) run.add(auditWallet(wallet, await walkChain(run, wallet.id), open.get(wallet.id) ?? 0n));
    run.counts.wallets += wallets.length;
  }
}

async function walkChain(run: AuditRun, walletId: string): Promise<ChainPlace> {
  let place = CHAIN_START;
  for await (const links of pagesOf(run.snapshot, 'change', LINKS_AT_ONCE, ({ seq }) => seq, { column: 'walletId', value: walletId })) {
    for (const link of links) {
      run.add(auditLink(link, place));
      place = { seq: link.seq, posted: link.postedAfter, atUs: link.atUs };
    }
  }
  return place;
}

/** Audits what was written once and sealed outside of batches. */
export async function walkFacts(run: AuditRun): Promise<void> {
  for await (const facts of pagesOfFacts(run.snapshot, FACTS_AT_ONCE)) for (const fact of facts) run.add(auditFact(fact));
}

/** Audits the chain of blocks. Gives the newest; undefined: nothing is sealed yet. */
export async function walkBlocks(run: AuditRun): Promise<Row<'seal'> | undefined> {
  let head: Row<'seal'> | undefined;
  for await (const blocks of pagesOf(run.snapshot, 'seal', BLOCKS_AT_ONCE, ({ seq }) => seq)) {
    const seqs = blocks.map(({ seq }) => seq);
    const listed = groupBy(await run.snapshot.among('sealedDigest', 'sealSeq', seqs), ({ sealSeq }) => String(sealSeq));
    const facts = groupBy(await run.snapshot.among('sealedFact', 'sealSeq', seqs), ({ sealSeq }) => String(sealSeq));
    for (const block of blocks) {
      const seq = String(block.seq);
      const lists = { batches: listed.get(seq) ?? [], facts: facts.get(seq) ?? [] };
      run.add(auditBlock(block, lists, head ?? { seq: 0n, hash: NO_HASH }));
      head = block;
    }
    run.counts.blocks += blocks.length;
  }
  return head;
}
