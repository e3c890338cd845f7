import { GuessBrake } from './guess-brake';

function aBrake() {
  let now = 0;
  const brake = new GuessBrake({ monotonic: () => now });
  const fail = (account: string, times: number) => {
    for (let nth = 0; nth < times; nth += 1) brake.failed(account);
  };
  return { brake, fail, later: (ms: number) => (now += ms) };
}

describe('the brake on guessing', () => {
  it('stops an account after ten failures, and no other account', () => {
    const { brake, fail } = aBrake();
    fail('guesser', 9);
    expect(() => brake.check('guesser')).not.toThrow();
    fail('guesser', 1);
    expect(() => brake.check('guesser')).toThrow(/try again in a minute/);
    expect(() => brake.check('other')).not.toThrow();
  });

  it('lets go after a minute, however often it was tried meanwhile', () => {
    const { brake, fail, later } = aBrake();
    fail('guesser', 10);
    later(59_999);
    expect(() => brake.check('guesser')).toThrow();
    later(1);
    expect(() => brake.check('guesser')).not.toThrow();
    fail('guesser', 9);
    expect(() => brake.check('guesser')).not.toThrow();
    fail('guesser', 1);
    expect(() => brake.check('guesser')).toThrow();
  });

  it('holds whatever other accounts fail at meanwhile', () => {
    const { brake, fail } = aBrake();
    fail('guesser', 10);
    for (let nth = 0; nth < 100; nth += 1) fail(`other-${nth}`, 1);
    expect(() => brake.check('guesser')).toThrow();
  });
});
