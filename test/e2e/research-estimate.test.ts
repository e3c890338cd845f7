/** What is said before a run is paid for, against what it is charged: for symbols of which there is little to read, and for those with much. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTokenCounter } from '../../src/upstreams/token-counter';
import { graph } from '../support/forge-client';
import { startGateway } from '../support/gateway-process';
import { onEachDatabase } from '../support/on-each-database';
import { type Amount, fitting, nanoIn, researchRunIn, startResearch } from '../support/research-client';
import type { Script } from '../support/script';
import type { RecordedRequest } from '../support/scripted-upstream';
import { risingBars } from '../support/section-answers';
import { tokenOf } from '../support/shop-catalog';

const ACME = tokenOf('acme');
const ENDED = ['COMPLETED', 'PARTIAL', 'FAILED', 'CANCELLED'];
const counter = createTokenCounter();

/** A model that counts what it reads by a vocabulary, and writes as much as a section is expected to have. */
function reading(request: RecordedRequest): Script {
  const { messages, response_format: format } = request.body as { messages: { content: string }[]; response_format: unknown };
  const input = counter.count(messages.map(({ content }) => content).join('\n') + JSON.stringify(format));
  const answer = { choices: [{ index: 0, message: { role: 'assistant', content: fitting(request).text }, finish_reason: 'stop' }] };
  return { raw: [JSON.stringify({ ...answer, usage: { prompt_tokens: input, completion_tokens: 300, total_tokens: input + 300 } })] };
}

function symbolsIn(folder: string): void {
  const prices = risingBars(260).map(({ date, open, high, low, close, volume }) => [date, open, high, low, close, volume].join(','));
  for (const symbol of ['LITTLE', 'MUCH'])
    writeFileSync(join(folder, `${symbol}.csv`), ['date,open,high,low,close,volume', ...prices].join('\n'));
  const news = Array.from({ length: 20 }, (_, n) => ({
    ...{ date: '2026-09-01', headline: `Plant ${n} opens in a far place, and the works council agrees`, publisher: 'Wire' },
    excerpt: `The company said on day ${n} that revenue of the segment grew by ${n} per cent, more than was expected. `.repeat(5),
  }));
  const figures = Array.from({ length: 60 }, (_, n) => ({
    label: `Line ${n} of the balance sheet`,
    value: `${n}.1 billion`,
    period: '2025',
  }));
  writeFileSync(join(folder, 'MUCH.news.json'), JSON.stringify(news));
  writeFileSync(join(folder, 'MUCH.fundamentals.json'), JSON.stringify(figures));
}

onEachDatabase('an estimate of research', (bed, promise) => {
  const folder = mkdtempSync(join(tmpdir(), 'prices-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  const estimate = async (symbol: string, mode: string) => {
    const query = `{ researchEstimate(input: { apiKeyId: "chat", symbol: "${symbol}", mode: ${mode} }) { expected { bucket amount } ceiling { bucket amount } } }`;
    return (await graph<{ researchEstimate: { expected: Amount[]; ceiling: Amount[] } }>(bed.gateway.origin, ACME, query)).researchEstimate;
  };
  const run = async (symbol: string, mode: string) =>
    researchRunIn(bed.gateway.origin, ACME, await startResearch(bed.gateway.origin, ACME, { apiKeyId: 'chat', mode, symbol }), ENDED);

  promise('is not too low, whatever there is to read, and whatever finished runs had to read', async () => {
    symbolsIn(folder);
    expect((await bed.gateway.stop()).code).toBe(0);
    const research = { models: { quick: 'small', deep: 'small' }, marketData: { provider: 'csv', folder } };
    bed.gateway = await startGateway({ ...bed.gateway.settings, catalog: { ...bed.catalog, research } });
    for (const model of ['small', 'small-2025']) bed.a.script(model, reading);
    for (const mode of ['QUICK', 'DEEP']) {
      // Nothing is known of the mode; then it is learned from a symbol with little to read, and asked for one with much.
      const errors: (number | null)[] = [];
      for (const symbol of ['LITTLE', 'MUCH', 'MUCH']) {
        const { expected, ceiling } = await estimate(symbol, mode);
        const { status, budget, spent, receipt } = await run(symbol, mode);
        expect({ mode, symbol, status }).toEqual({ mode, symbol, status: 'COMPLETED' });
        expect(budget).toEqual(ceiling);
        expect({ mode, symbol, tooLow: nanoIn(expected) < nanoIn(spent) }).toEqual({ mode, symbol, tooLow: false });
        errors.push(receipt.estimateError);
      }
      // What runs of the same size took is told as it is.
      expect(errors.at(-1)).toBeGreaterThan(-0.25);
    }
  });

  promise('is told of a symbol that the market data does not know, by what runs took before: the start says so', async () => {
    expect(nanoIn((await estimate('NOSUCH', 'DEEP')).expected)).toBeGreaterThan(0n);
    await expect(run('NOSUCH', 'DEEP')).rejects.toThrow(/NOSUCH/);
  });
});
