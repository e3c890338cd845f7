import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { StillClock } from '../../../../test/support/still-clock';
import { KeptForSlow } from '../bodies/kept-for-slow';
import { UntakenAnswers } from './untaken-answers';

const MB = 1024 * 1024;

describe('large answers that their clients have not taken', () => {
  let closed: string[];
  let clock: StillClock;
  let untaken: UntakenAnswers;

  beforeEach(() => {
    [closed, clock] = [[], new StillClock()];
    untaken = new UntakenAnswers(new KeptForSlow(10 * MB, clock));
  });

  const ended = (name: string, bytes: number) => {
    const response = Object.assign(new EventEmitter(), { destroy: () => closed.push(name) });
    untaken.watch(response as unknown as ServerResponse, bytes);
    clock.time += 1_000;
    return response;
  };

  it('are closed beyond what may be kept of them: the one that has waited longest with most', () => {
    ended('never read', 6 * MB);
    ended('slow', 3 * MB);
    expect(closed).toEqual([]);
    ended('next', 6 * MB);
    expect(closed).toEqual(['never read']);
  });

  it.each(['finish', 'close'])('are no longer kept from their %s on, and small ones never are', (event) => {
    for (let times = 0; times < 5; times += 1) ended('taken', 8 * MB).emit(event);
    for (let times = 0; times < 100; times += 1) ended('small', MB / 4);
    expect(closed).toEqual([]);
  });
});
