/** The client library, silent, with a deadline on every request, and with failures of Yahoo as values of ours. */
import type YahooFinance from 'yahoo-finance2';

export class YahooStatus extends Error {
  constructor(readonly status: number) {
    super(`Yahoo Finance answered ${status}`);
  }
}

export type YahooClient = InstanceType<typeof YahooFinance>;

const DEADLINE_MS = 15_000;
const BAD = 400;
/** Of the hosts that the library asks for data; the others give it cookies, whatever their status. */
const DATA_HOST = /^query\d\.finance\.yahoo\.com$/;
const CRUMB = /getcrumb$/;
const SILENT = { info: ignore, warn: ignore, error: ignore, debug: ignore, dir: ignore };

/** The library is loaded where it is used and not before: it brings its schemas of all of Yahoo. */
export async function yahooClient(fetcher: typeof fetch): Promise<YahooClient> {
  const { default: Client } = await import('yahoo-finance2');
  return new Client({
    fetch: guarded(fetcher),
    suppressNotices: ['yahooSurvey'],
    validation: { logErrors: false, logOptionsErrors: false },
    versionCheck: false,
    logger: SILENT,
  });
}

/** The library prints the address of a request that fails, with its session; here it never learns of one. */
function guarded(fetcher: typeof fetch): typeof fetch {
  return async (input, init) => {
    const response = await fetcher(input, { ...init, signal: AbortSignal.timeout(DEADLINE_MS) });
    const url = new URL(input instanceof Request ? input.url : input);
    if (response.status < BAD || !DATA_HOST.test(url.hostname) || CRUMB.test(url.pathname)) return response;
    await response.body?.cancel();
    throw new YahooStatus(response.status);
  };
}

function ignore(): void {}
