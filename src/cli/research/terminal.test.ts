import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { loadClientConfig } from '../../config';
import { openTerminal } from './terminal';

/** What a terminal gets that is drawn on twice. */
function drawn(environment: Record<string, string | undefined>): Promise<string> {
  const input = Object.assign(new PassThrough(), { isTTY: true }) as unknown as NodeJS.ReadStream;
  const output = Object.assign(new PassThrough(), { isTTY: true, columns: 60 });
  const terminal = openTerminal(input, output as unknown as NodeJS.WriteStream, loadClientConfig(environment).colours);
  for (const line of ['one', 'two']) terminal.draw([`\u001b[32m✓\u001b[0m ${line}`]);
  return text(output.end());
}

describe('a terminal', () => {
  it('is given colours unless its user wants none, and draws in place either way', async () => {
    expect(await drawn({})).toBe('\u001b[32m✓\u001b[0m one\n\u001b[1A\u001b[J\u001b[32m✓\u001b[0m two\n');
    for (const environment of [{ NO_COLOR: '1' }, { TERM: 'dumb' }])
      expect(await drawn(environment)).toBe('✓ one\n\u001b[1A\u001b[J✓ two\n');
  });
});
