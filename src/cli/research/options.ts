/** What the command line of `research` says. */
import type { ClientConfig } from '../../config';
import { BUCKETS, type Bucket, RESEARCH_MODES, type ResearchMode } from '../../kernel/words';
import { readLine, UsageError } from '../../start/command';

export const USAGE = `usage: npm run research -- SYMBOL [options]

  --mode quick|standard|deep   how much of a report (quick)
  --budget RMB=5               a ceiling for the run, in the currency of the balance; may be given once for each balance
  --yes                        start without asking
  --out <folder or file>       where the report goes (./data/research)
  --url <address>              of the gateway (TOKENS_FORGE_URL, else http://127.0.0.1:4000)
  --key <sk-tf-…>              the API key that pays (TOKENS_FORGE_KEY); an account's token does with --api-key
  --api-key <id>               which key of the account pays
  --follow <run id>            follow a run instead of starting one
  --resume <run id>            let a run go on that paused, or ended without all its sections; with --budget under a new ceiling

Exit code: 0 completed, 2 partial or paused, 1 failed, cancelled or not started, 64 wrong call, 130 left with Ctrl-C, 141 nobody read on.`;

export interface BudgetAmount {
  readonly bucket: Bucket;
  readonly amount: string;
}

/** Which run: a new one, or one that there is. */
export type Aim =
  | { readonly kind: 'start'; readonly symbol: string; readonly mode: ResearchMode }
  | { readonly kind: 'follow' | 'resume'; readonly runId: string };

export interface Call {
  readonly aim: Aim;
  readonly budget: readonly BudgetAmount[];
  readonly yes: boolean;
  readonly out: string;
  readonly url: string;
  readonly key: string;
  /** null: the caller is the key that pays. */
  readonly apiKeyId: string | null;
}

const OPTIONS = {
  mode: { type: 'string' },
  budget: { type: 'string', multiple: true },
  yes: { type: 'boolean' },
  out: { type: 'string' },
  url: { type: 'string' },
  key: { type: 'string' },
  'api-key': { type: 'string' },
  follow: { type: 'string' },
  resume: { type: 'string' },
} as const;

/** @throws UsageError that names what is wrong */
export function callOf(args: readonly string[], config: Pick<ClientConfig, 'url' | 'key'>): Call {
  const { values, positionals } = readLine(args, { options: OPTIONS, allowPositionals: true });
  const key = values.key ?? config.key;
  if (key === null) {
    throw new UsageError('There is no key: set TOKENS_FORGE_KEY or give --key. The first start of a gateway prints a demo key.');
  }
  return {
    aim: aimOf(positionals, values),
    budget: budgetsOf(values.budget ?? []),
    yes: values.yes === true,
    out: values.out ?? './data/research',
    url: addressOf(values.url ?? config.url),
    key,
    apiKeyId: values['api-key'] ?? null,
  };
}

interface AimValues {
  readonly mode?: string | undefined;
  readonly budget?: readonly string[] | undefined;
  readonly 'api-key'?: string | undefined;
  readonly follow?: string | undefined;
  readonly resume?: string | undefined;
}

/** What a run was started with stays: whoever names it anew would take it for changed. */
const FIXED = { follow: ['mode', 'api-key', 'budget'], resume: ['mode', 'api-key'] } as const;

function aimOf([symbol, ...more]: readonly string[], values: AimValues): Aim {
  const { mode = 'quick', follow, resume } = values;
  const given = [symbol, follow, resume].filter((each) => each !== undefined);
  if (given.length !== 1 || more.length > 0) throw new UsageError('Name one symbol, or one run with --follow or --resume.');
  if (follow !== undefined) return { kind: 'follow', runId: ofRun('follow', follow, values) };
  if (resume !== undefined) return { kind: 'resume', runId: ofRun('resume', resume, values) };
  const known = RESEARCH_MODES.find((each) => each === mode.toUpperCase());
  if (known === undefined) throw new UsageError(`--mode must be one of ${RESEARCH_MODES.join(', ').toLowerCase()}.`);
  return { kind: 'start', symbol: symbol ?? '', mode: known };
}

function ofRun(kind: 'follow' | 'resume', runId: string, values: AimValues): string {
  const unheard = FIXED[kind].find((option) => values[option] !== undefined);
  if (unheard === undefined) return runId;
  const wayOn = unheard === 'budget' ? 'give it with --resume' : 'start another run for another one';
  throw new UsageError(`--${unheard} changes nothing of a run with --${kind}: ${wayOn}.`);
}

function budgetsOf(texts: readonly string[]): BudgetAmount[] {
  const budget = texts.map(budgetOf);
  const twice = budget.find(({ bucket }, at) => budget.findIndex((earlier) => earlier.bucket === bucket) < at);
  if (twice !== undefined) throw new UsageError(`--budget names ${twice.bucket} twice: give it once for each balance.`);
  return budget;
}

function budgetOf(text: string): BudgetAmount {
  const [, name = '', amount = ''] = /^(\w+)=(\d+(?:\.\d+)?)$/.exec(text) ?? [];
  const bucket = BUCKETS.find((each) => each === name.toUpperCase());
  if (bucket === undefined) throw new UsageError(`--budget must be such as RMB=5 or CREDIT=0.50, not "${text}".`);
  if (!/[1-9]/.test(amount))
    throw new UsageError(`--budget ${text} must be above zero. With a budget, a balance that it does not name is not used.`);
  return { bucket, amount };
}

function addressOf(text: string): string {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) throw new UsageError(`--url must be http://… or https://…, not "${text}".`);
  return text.replace(/\/+$/, '');
}
