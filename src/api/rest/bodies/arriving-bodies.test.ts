import { PassThrough } from 'node:stream';
import { StillClock } from '../../../../test/support/still-clock';
import { ArrivingBodies } from './arriving-bodies';
import { KeptForSlow } from './kept-for-slow';

describe('bodies on their way', () => {
  let refused: string[];
  let clock: StillClock;
  let bodies: ArrivingBodies;

  beforeEach(() => {
    [refused, clock] = [[], new StillClock()];
    bodies = new ArrivingBodies(new KeptForSlow(10, clock));
  });

  const begun = (name: string) => {
    const payload = new PassThrough();
    payload.on('error', (fault: { code?: string }) => refused.push(`${name} ${fault.code}`));
    bodies.watch(payload);
    return { payload, come: (bytes: number) => payload.emit('data', Buffer.alloc(bytes)) };
  };

  it('are all kept as far as there is room', () => {
    for (const name of ['first', 'second']) begun(name).come(5);
    expect(refused).toEqual([]);
  });

  it('make room by the one that has kept most for longest, once', () => {
    const slow = begun('slow');
    slow.come(4);
    clock.time += 60_000;
    const quick = begun('quick');
    quick.come(5);
    quick.come(5);
    expect(refused).toEqual(['slow temporarily_unavailable']);
    slow.come(100);
    expect(refused).toHaveLength(1);
    begun('third').come(1);
    expect(refused).toEqual(['slow temporarily_unavailable', 'quick temporarily_unavailable']);
  });

  it('are kept alone whatever they are', () => {
    begun('large').come(100);
    expect(refused).toEqual([]);
  });

  it.each(['end', 'close'])('count no more from their %s on', (event) => {
    for (let times = 0; times < 5; times += 1) {
      const body = begun('each');
      body.come(8);
      body.payload.emit(event);
    }
    expect(refused).toEqual([]);
  });
});
