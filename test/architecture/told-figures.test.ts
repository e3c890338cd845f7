/** What documents tell in figures, names and fragments of catalogs is what the code goes by: neither changes alone. */
import { parse } from 'yaml';
import { BACK_OFF_MS } from '../../src/alerts/deliver-alerts';
import { LIMITS } from '../../src/api/graphql/limit-rule';
import { LIVE_LIMITS } from '../../src/api/graphql/live/live-limits';
import { parseCatalog } from '../../src/catalog-file/parse-catalog';
import { loadConfig } from '../../src/config';
import { BODY_PARTS_MAX } from '../../src/gateway/reading/read-call';
import { FAULT_RULES, type FaultRule } from '../../src/kernel/fault-codes';
import { formatDecimal, nano } from '../../src/kernel/money';
import { HOUR_MS, MINUTE_MS } from '../../src/kernel/times';
import { chargeFor } from '../../src/metering/charge';
import { NO_USAGE } from '../../src/metering/usage';
import { alertBody } from '../../src/notify/alert-text';
import { BREAKER_DEFAULTS } from '../../src/routing/health/breaker-settings';
import { blocksIn } from './tidy/documents';
import { documentsAtTheRoot, filesIn } from './tidy/source-files';

const documents = [...documentsAtTheRoot(), ...filesIn('docs', 'src')];
const textOf = (path: string) => documents.find((each) => each.path === path)?.text ?? '';
/** On one line, as a sentence is written. */
const sentencesOf = (path: string) => textOf(path).replaceAll(/\s+/g, ' ');
const count = (value: number) => value.toLocaleString('en');

interface AlertText {
  readonly type: string;
  readonly timestamp: string;
  readonly data: object;
}

describe('the table of the environment', () => {
  const config = textOf('src/config.ts');
  const read = [...config.matchAll(/^ {2}([A-Z_]+): /gm), ...config.matchAll(/lookup\('([A-Z_]+)'\)/g)].map(([, name = '']) => name);
  const rows = [...textOf('README.md').matchAll(/^\| (`[A-Z].*?) \| (.*?) \| (.*) \|$/gm)];
  const rowOf = (name: string) => rows.find((cells) => cells.some((cell) => cell.includes(`\`${name}\``)))?.[0] ?? '';

  it('names every variable that is read, and none that is not', () => {
    expect(read.length).toBeGreaterThan(20);
    expect(read.filter((name) => name !== 'TERM' && rowOf(name) === '')).toEqual([]);
    const named = rows.flatMap(([, names = '']) => [...names.matchAll(/`([A-Z_]+)`/g)].map(([, name = '']) => name));
    expect(named.filter((name) => !read.includes(name) && !name.startsWith('OTEL_'))).toEqual([]);
  });

  it('tells the defaults', () => {
    const { host, port, database, workers, logLevel } = loadConfig({});
    const file = database.kind === 'sqlite' ? database.file : '';
    const told = { HOST: host, PORT: port, DATABASE_URL: `sqlite:${file}`, WORKERS: workers, LOG_LEVEL: logLevel };
    for (const [name, value] of Object.entries(told)) expect(rowOf(name)).toContain(`\`${value}\``);
  });
});

describe('a document', () => {
  it.each([
    [
      'docs/graph.md',
      `${count(LIMITS.tokens)} words and signs, ${LIMITS.depth} levels, ${count(LIMITS.fields)} fields, ${LIMITS.aliases} of them renamed, ${LIMITS.rootFields} at the root and ${LIMITS.repeats} of one name in one place`,
    ],
    ['docs/calls.md', `${count(BODY_PARTS_MAX)} objects, lists and members`],
    ['docs/calls.md', `nothing for ${LIVE_LIMITS.unreadMs / 1_000} seconds is disconnected`],
    ['docs/money.md', `tried again after ${listOf(BACK_OFF_MS)};`],
  ])('%s says: %s', (path, sentence) => {
    expect(sentencesOf(path)).toContain(sentence);
  });

  it('names codes of refusals that there are, beside their status, and docs/calls.md every one', () => {
    const rules = FAULT_RULES as Readonly<Record<string, FaultRule>>;
    const alone = filesIn('docs').flatMap(({ text }) => [...text.matchAll(/\b([45]\d\d) (`[a-z_]+`)/g)]);
    const rows = [...textOf('docs/calls.md').matchAll(/^\| ([45]\d\d(?:, [45]\d\d)*) \| (.*) \|$/gm)];
    const told = [...alone, ...rows].flatMap(([, statuses = '', text = '']) =>
      [...text.matchAll(/`([a-z]+_[a-z_]+)`/g)].map(([, code = '']) => ({ code, statuses: statuses.split(', ') })),
    );
    expect(told.length).toBeGreaterThan(20);
    const unheard = Object.keys(rules).filter((code) => !textOf('docs/calls.md').includes(`\`${code}\``));
    expect(unheard).toEqual([]);
    expect(told.filter(({ code, statuses }) => !statuses.includes(`${rules[code]?.http}`))).toEqual([]);
  });
});

it('the body of an alert has the members that docs/money.md shows', () => {
  const [shown = '{}'] = blocksIn({ path: '', text: textOf('docs/money.md') }, 'json');
  const { type, timestamp, data, ...rest } = JSON.parse(shown) as AlertText;
  const ids = { id: 'a', ruleId: 'r', accountId: 'acme', receiptId: 'q', ledgerEntryId: null };
  const alert = { ...ids, metric: 'SPEND' as const, message: 'm', value: nano(1n), threshold: nano(1n), raisedAt: 0, seq: 1n };
  const sent = JSON.parse(alertBody(alert)) as AlertText;
  expect({ type, members: Object.keys(data), rest }).toEqual({ type: sent.type, members: Object.keys(sent.data), rest: {} });
  expect(new Date(timestamp).toISOString()).toBe(timestamp);
});

describe('the fragments of docs/catalog.md', () => {
  const [channels = '', longPrompts = ''] = blocksIn({ path: '', text: textOf('docs/catalog.md') }, 'yaml');
  const [research = ''] = blocksIn({ path: '', text: textOf('docs/research.md') }, 'yaml');

  it('show the defaults of a breaker', () => {
    const { breaker } = (parse(channels) as { readonly channels: readonly { readonly breaker: object }[] }).channels[0] ?? {};
    expect({ ...breaker, off: false }).toEqual(BREAKER_DEFAULTS);
  });

  it('are parts of a catalog, and so is that of docs/research.md', () => {
    expect(catalogWith(channels).routing.routes[0]?.steps.map(({ channelId }) => channelId)).toEqual(['cheap-a', 'cheap-b', 'cheap-c']);
    expect(catalogWith(research).research?.marketData).toMatchObject({ provider: 'csv' });
  });

  it('charge a long prompt as the table beside them says', () => {
    const price = catalogWith(longPrompts).routing.routes[0]?.price;
    if (price === undefined) throw new Error('there is no price');
    const rows = [...textOf('docs/catalog.md').matchAll(/^\| ([\d,]+) \| (none|[\d,]+) \| ([\d,]+) \| ([\d.]+\d)/gm)];
    const number = (text = '') => +text.replaceAll(',', '').replace('none', '0');
    for (const [, input, cached, output, charge] of rows) {
      const tokens = { inputTokens: number(input), cachedInputTokens: number(cached), outputTokens: number(output) };
      expect(formatDecimal(chargeFor({ ...NO_USAGE, ...tokens, source: 'PROVIDER' }, price))).toBe(charge);
    }
    expect(rows).toHaveLength(3);
  });
});

function listOf(times: readonly number[]): string {
  const told = times.map((ms) => {
    if (ms >= HOUR_MS) return `${ms / HOUR_MS} h`;
    return ms >= MINUTE_MS ? `${ms / MINUTE_MS} min` : `${ms / 1_000} s`;
  });
  return `${told.slice(0, -1).join(', ')} and ${told.at(-1)}`;
}

/** The fragment, with the models and channels that it takes for granted. */
function catalogWith(fragment: string) {
  const said = parse(fragment) as Record<string, readonly { readonly id: string }[]>;
  const channels = ['cheap-a', 'cheap-b', 'cheap-c'].map((id) => {
    const shown = said['channels']?.find((each) => each.id === id) ?? { apiKey: `sk-of-${id}` };
    return { id, protocol: 'openai', baseUrl: `https://${id}.example/v1`, ...shown };
  });
  const models = ['gpt-5-mini', 'gpt-5', 'gemini-2.5-pro'].map((id) => ({ id, contextWindow: 1_000_000, maxOutputTokens: 10_000 }));
  const price = { input: '1', output: '1' };
  const routes = (said['routes'] ?? []).map((route) => ({ type: 'ORDINARY', price, channels: [{ channel: 'cheap-a' }], ...route }));
  const surroundings = { lookup: (name: string) => `sk-of-${name}`, checkAddress: () => null, isFolder: () => true };
  return parseCatalog(JSON.stringify({ ...said, channels, models, routes }), 'json', surroundings);
}
