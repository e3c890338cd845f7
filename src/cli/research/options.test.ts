import { UsageError } from '../../start/command';
import { callOf } from './options';

const CONFIG = { url: 'http://127.0.0.1:4000', key: 'sk-tf-environment' };
const called = (...args: string[]) => callOf(args, CONFIG);

describe('the command line of research', () => {
  it('needs a symbol and a key, and has a default for everything else', () => {
    expect(called('AAPL')).toEqual({
      ...{ aim: { kind: 'start', symbol: 'AAPL', mode: 'QUICK' }, budget: [], yes: false, out: './data/research' },
      ...{ url: CONFIG.url, key: CONFIG.key, apiKeyId: null },
    });
  });

  it('goes before the environment', () => {
    const call = called(
      'AAPL',
      '--mode',
      'Deep',
      '--key',
      'sk-tf-other',
      '--url',
      'https://forge.example/',
      '--budget',
      'rmb=5',
      '--budget',
      'CREDIT=0.50',
    );
    expect(call).toMatchObject({ aim: { mode: 'DEEP' }, key: 'sk-tf-other', url: 'https://forge.example' });
    expect(call.budget).toEqual([
      { bucket: 'RMB', amount: '5' },
      { bucket: 'CREDIT', amount: '0.50' },
    ]);
  });

  it('names a run in place of a symbol', () => {
    expect(called('--follow', 'r1').aim).toEqual({ kind: 'follow', runId: 'r1' });
    expect(called('--resume', 'r1').aim).toEqual({ kind: 'resume', runId: 'r1' });
    expect(called('--resume', 'r1', '--budget', 'RMB=5').budget).toEqual([{ bucket: 'RMB', amount: '5' }]);
  });

  it.each([
    [[], 'Name one symbol'],
    [['A', 'B'], 'Name one symbol'],
    [['A', '--follow', 'r1'], 'Name one symbol'],
    [['A', '--mode', 'wide'], 'quick, standard, deep'],
    [['A', '--budget', '5'], 'RMB=5'],
    [['A', '--budget', 'RMB=-5'], 'RMB=5'],
    [['A', '--budget', 'RMB=0.00'], '--budget RMB=0.00 must be above zero. With a budget, a balance that it does not name is not used.'],
    [['A', '--budget', 'RMB=1', '--budget', 'rmb=2'], '--budget names RMB twice: give it once for each balance.'],
    [['A', '--budget', 'RMB=5=9'], 'RMB=5'],
    [['A', '--url', 'localhost:4000'], 'http://'],
    [['A', '--wat'], '--wat'],
    [['--follow', 'r1', '--budget', 'RMB=5'], '--budget changes nothing of a run with --follow: give it with --resume.'],
    [['--follow', 'r1', '--mode', 'deep'], '--mode changes nothing of a run with --follow'],
    [['--resume', 'r1', '--mode', 'deep'], '--mode changes nothing of a run with --resume: start another run for another one.'],
    [['--resume', 'r1', '--api-key', 'k'], '--api-key changes nothing'],
  ])('refuses %j and says what is wrong', (args, said) => {
    expect(() => called(...args)).toThrow(UsageError);
    expect(() => called(...args)).toThrow(said);
  });

  it('says where a key comes from when there is none', () => {
    expect(() => callOf(['AAPL'], { ...CONFIG, key: null })).toThrow('TOKENS_FORGE_KEY');
  });
});
