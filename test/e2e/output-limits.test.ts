/** A limit that a client sets binds the provider too: what is held for is what may come, by whatever name the limit is set. */
import { nanoOf, postChat, receipt, sdk } from '../support/forge-client';
import { onEachDatabase } from '../support/on-each-database';
import type { Script } from '../support/script';
import type { RecordedRequest } from '../support/scripted-upstream';
import { HI, secretOf } from '../support/shop-catalog';

const CHAT = secretOf('chat');
const LONG = 400;
const LIMIT = 5;

/** As DeepSeek and Ollama do: a name that they do not know is no limit. */
function knowingTheOlderName({ body }: RecordedRequest): Script {
  const limit = body.max_tokens ?? LONG;
  const used = Math.min(LONG, limit);
  const choice = { index: 0, message: { role: 'assistant', content: 'a '.repeat(used) }, finish_reason: used < LONG ? 'length' : 'stop' };
  const usage = { prompt_tokens: 1, completion_tokens: used, total_tokens: 1 + used };
  return { raw: [JSON.stringify({ id: 'c', object: 'chat.completion', created: 1, model: 'theirs', choices: [choice], usage })] };
}

onEachDatabase('a limit of the answer', (bed, promise) => {
  const overages = async () => {
    const [row] = await bed.database.query("SELECT COUNT(*) AS n FROM transfer WHERE kind = 'OVERAGE'");
    return row?.['n'];
  };

  for (const name of ['max_tokens', 'max_completion_tokens'] as const) {
    promise(`that is set by ${name} binds a provider that knows the older name alone: nothing comes that is not held for`, async () => {
      bed.a.next(knowingTheOlderName);
      const before = await overages();
      const response = await postChat(bed.gateway.origin, CHAT, { model: 'only-ordinary', messages: HI, [name]: LIMIT });
      expect(await response.json()).toMatchObject({ choices: [{ finish_reason: 'length' }], usage: { completion_tokens: LIMIT } });
      const story = await receipt(bed.gateway.origin, CHAT, response.headers.get('x-request-id'));
      // One token of input for 1000 nano, five of output for 4000 nano each.
      expect(story).toMatchObject({ usage: { outputTokens: LIMIT }, charge: '0.000021' });
      expect(nanoOf(story.charge)).toBeLessThan(nanoOf(story.hold?.amount ?? '0'));
      expect(await overages()).toEqual(before);
    });
  }

  promise('that the official SDK sets by its newer name reaches the provider once', async () => {
    bed.a.next(knowingTheOlderName);
    const asked = { model: 'only-ordinary', messages: [{ role: 'user' as const, content: 'hi' }], max_completion_tokens: LIMIT };
    const answer = await sdk(bed.gateway.origin, CHAT).chat.completions.create(asked);
    expect(answer.choices[0]?.finish_reason).toBe('length');
    const { text } = bed.a.requests.at(-1) ?? { text: '' };
    expect(JSON.parse(text)).toMatchObject({ max_tokens: LIMIT });
    expect(text).not.toContain('max_completion_tokens');
  });
});
