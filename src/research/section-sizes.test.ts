import { briefingWith } from '../../test/support/section-answers';
import { sizesOf } from './section-sizes';
import { sectionsOf } from './sections/section';
import { HOUSE_PROMPT } from './sections/section-request';

const PLAN = sectionsOf('DEEP');
const PROMPTS = new Map([HOUSE_PROMPT, ...PLAN.map(({ name }) => name)].map((name) => [name, `Write of ${name}.`]));
const NEWS = {
  headline: 'Sales doubled',
  publisher: null,
  excerpt: 'More than anybody had expected. '.repeat(10),
  url: null,
  date: '2026-09-17',
};

/** A counter of words, which takes so long for each block that it holds everybody up. */
function slow(ms: number) {
  const blocks: string[] = [];
  const count = (block: string) => {
    blocks.push(block);
    const until = performance.now() + ms;
    while (performance.now() < until);
    return block.split(' ').length;
  };
  return { blocks, count };
}

describe('the sizes of sections', () => {
  it('are larger where there is more news, of the sections that read it and of no other', async () => {
    const sizes = (news: readonly (typeof NEWS)[]) =>
      sizesOf({ prompts: PROMPTS, counter: slow(0), briefing: briefingWith({ news }) }, PLAN);
    const [little, much] = [await sizes([NEWS]), await sizes(Array(20).fill(NEWS))];
    const grown = PLAN.filter(({ name }) => (much.get(name)?.tokens ?? 0) > (little.get(name)?.tokens ?? 0)).map(({ name }) => name);
    expect(grown).toEqual(['news', 'bull_case', 'bear_case', 'risk_review']);
    expect(much.get('news')?.bound).toBeGreaterThan(little.get('news')?.bound ?? 0);
  });

  it('are counted once for each block of the data, and while others get their turn', async () => {
    const counter = slow(6);
    let turns = 0;
    const counting = sizesOf({ prompts: PROMPTS, counter, briefing: briefingWith() }, PLAN);
    setImmediate(() => {
      turns += 1;
    });
    await counting;
    expect(turns).toBe(1);
    expect(new Set(counter.blocks).size).toBe(counter.blocks.length);
  });
});
