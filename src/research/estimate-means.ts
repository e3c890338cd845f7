/** What an estimate goes by: the catalog, finished runs, the balances and limits of the key, and the data that the run would be given. */
import type { Clock } from '../kernel/clock';
import { type Nano, nano } from '../kernel/money';
import type { Bucket, ResearchMode } from '../kernel/words';
import type { AccountStore } from '../keys/account-store';
import type { ApiKey } from '../keys/api-key';
import type { LedgerReader } from '../ledger/ledger-reader';
import { walletId } from '../ledger/wallet';
import type { TokenCounter } from '../metering/token-counter';
import type { CatalogStore } from '../routing/catalog-store';
import type { EstimateMeans } from './estimate';
import type { Briefing, MarketData } from './market-data';
import type { ResearchStore } from './research-store';
import type { ResearchModels } from './run';
import { sizesOf } from './section-sizes';
import { sectionsOf } from './sections/section';
import type { Prompts } from './sections/section-request';
import { spendRooms } from './spend-rooms';

export interface EstimateSources {
  readonly research: Pick<ResearchStore, 'profiles'>;
  readonly catalog: Pick<CatalogStore, 'current'>;
  readonly reader: Pick<LedgerReader, 'walletsById' | 'spendOf'>;
  readonly accounts: Pick<AccountStore, 'projectsById'>;
  readonly clock: Clock;
  readonly prompts: Prompts;
  readonly counter: TokenCounter;
}

/** Whoever asks for an estimate waits no longer for the market data: it is then told by what runs took before. */
const DATA_WAIT_MS = 3_000;

/** `briefing` null: the data is not known. */
export async function estimateMeans(
  { research, catalog, reader, accounts, clock, prompts, counter }: EstimateSources,
  models: ResearchModels,
  key: ApiKey,
  mode: ResearchMode,
  briefing: Briefing | null,
): Promise<EstimateMeans> {
  const available = async (bucket: Bucket): Promise<Nano> => {
    const id = walletId(key.accountId, bucket);
    const wallet = (await reader.walletsById([id])).get(id);
    return wallet === undefined ? nano(0n) : nano(wallet.posted - wallet.held);
  };
  const now = clock.now();
  const rooms = (bucket: Bucket) => spendRooms({ reader, accounts }, key, bucket, now);
  const sizes = briefing === null ? new Map() : await sizesOf({ prompts, counter, briefing }, sectionsOf(mode));
  return { catalog: catalog.current(), models, profiles: await research.profiles(mode), sizes, available, rooms, now };
}

/** null: it cannot be had now, or there is none of that symbol, which is for the start to say. Never rejects. */
export function briefingSoon(marketData: MarketData, symbol: string, clock: Pick<Clock, 'sleep'>): Promise<Briefing | null> {
  const found = marketData.briefing(symbol).catch(() => null);
  return Promise.race([found, clock.sleep(DATA_WAIT_MS).then(() => null)]);
}
