import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { AnswerSink } from '../../gateway/completion-request';
import { RememberingSink } from '../../gateway/ending/answer-archive';
import { HttpAnswerSink } from './answer-sink';

describe('what a whole answer keeps in memory', () => {
  let asked: number[];
  let untaken: number[];
  let sink: HttpAnswerSink;

  beforeEach(() => {
    [asked, untaken] = [[], []];
    const sent = { destroyed: false, headersSent: false, writeHead: () => undefined, end: () => undefined };
    const response = Object.assign(new EventEmitter(), sent) as unknown as ServerResponse;
    const place = { keep: (bytes: number) => asked.push(bytes) > 1, whenRoom: () => Promise.reject(new Error('waited')) };
    sink = new HttpAnswerSink(response, 'r', 'done-marker', { place, untaken: { watch: (_response, bytes) => void untaken.push(bytes) } });
  });

  it.each<[string, (sink: AnswerSink) => AnswerSink]>([
    ['goes to its client alone', (own) => own],
    ['is kept for its Idempotency-Key', (own) => new RememberingSink(own)],
  ])('is asked of the room of its request, where it %s', async (_how, around) => {
    const outer = around(sink);
    expect([outer.keep?.(5), outer.keep?.(7), asked]).toEqual([false, true, [5, 7]]);
    await expect(outer.whenRoom?.()).rejects.toThrow('waited');
  });

  it('is watched from its last byte on, in bytes, until its client has taken it', () => {
    sink.finishWhole('"ü"', '0');
    expect(untaken).toEqual([4]);
  });
});
