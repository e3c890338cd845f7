/** Providers that break their answers: how the request ends then, and what it is charged. */
import { gzipSync } from 'node:zlib';
import type { Promised } from '../support/databases';
import { nanoOf } from '../support/forge-client';
import { type Bed, onEachDatabase } from '../support/on-each-database';
import type { Script } from '../support/script';
import { type Called, callOnce, openHolds } from './one-call';

const MODEL = { model: 'only-ordinary', max_tokens: 50 };
/** 18 tokens of input at most, and 50 of output. */
const HOLD = 18_000n + 50n * 4_000n;
const HONEST = '0.000013';

const event = (data: object) => `data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', model: 'm', ...data })}\n\n`;
const word = (content: string) => event({ choices: [{ index: 0, delta: { content }, finish_reason: null }] });
const STOP = event({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] });
const USAGE = event({ choices: [], usage: { prompt_tokens: 1, completion_tokens: 3, total_tokens: 4 } });
const DONE = 'data: [DONE]\n\n';
const THREE = [word('one '), word('two '), word('three ')];

/** Three words reach the client, and then the answer breaks. */
const AFTER_OUTPUT: readonly (readonly [string, Script])[] = [
  ['reset', { text: 'one two three four', resetAfter: 4, abrupt: true, chunkDelayMs: 20 }],
  ['cut off in the middle of its chunked body', { text: 'one two three four', resetAfter: 4 }],
  ['ended in good order before its last event', { text: 'one two three four', endAfter: 4 }],
  ['cut in the middle of an event', { raw: [...THREE, word('four ').slice(0, 30)] }],
  [
    'no UTF-8',
    { raw: [...THREE, Buffer.from([0x64, 0x61, 0x74, 0x61, 0x3a, 0x20, 0xff, 0xfe, 0x0a, 0x0a]), STOP, DONE], chunkDelayMs: 20 },
  ],
  ['no JSON', { raw: [...THREE, 'data: {"choices": [\n\n', STOP, DONE] }],
  ['no JSON, for a NUL inside', { raw: [...THREE, word('fo\u0001ur').replace('\\u0001', '\u0000'), STOP, DONE] }],
  ['an error inside a 200', { text: 'one two three four', errorAfter: 4 }],
  ['an event of error', { raw: [...THREE, `event: error\ndata: {"message":"overloaded"}\n\n`] }],
];

/** Nothing has reached the client: another channel may answer. `only-ordinary` has none. */
const BEFORE_OUTPUT: readonly (readonly [string, Script, 'stream' | 'whole'])[] = [
  ['a reset before its head', { resetAfter: -1, abrupt: true }, 'stream'],
  ['gzip, although identity was asked for', { raw: [gzipSync(THREE.join('') + DONE)], headers: { 'content-encoding': 'gzip' } }, 'stream'],
  ['an error inside a 200', { errorAfter: 0 }, 'stream'],
  ['no UTF-8', { raw: [Buffer.from([0xff, 0xfe, 0x0a, 0x0a])] }, 'stream'],
  ['nothing but an end marker', { raw: [DONE] }, 'stream'],
  ['nothing at all', { raw: [] }, 'stream'],
  ['a page of HTML', { raw: ['<html><body>busy</body></html>'], headers: { 'content-type': 'text/html' } }, 'stream'],
  ['a reset in the middle of its body', { resetAfter: 0, abrupt: true }, 'whole'],
  ['half of its body', { endAfter: 0 }, 'whole'],
  ['no UTF-8', { garble: 'utf8' }, 'whole'],
  ['no JSON', { garble: 'json' }, 'whole'],
  ['an error inside a 200', { errorAfter: 0 }, 'whole'],
  ['a NUL in its body', { raw: ['{"choices":[\u0000]}'] }, 'whole'],
  ['a list for an object', { raw: ['[]'] }, 'whole'],
  ['gzip, although identity was asked for', { raw: [gzipSync('{"choices":[]}')], headers: { 'content-encoding': 'gzip' } }, 'whole'],
];

/** Odd, but whole. */
const WHOLE_ALL_THE_SAME: readonly (readonly [string, Script, string])[] = [
  ['no end marker, when every choice has finished', { noDone: true }, 'You said: hi'],
  [
    'more after its end marker',
    { raw: [...THREE, STOP, USAGE, DONE, word('free of charge '), USAGE.replace(':3', ':9')] },
    'one two three ',
  ],
  ['an end marker twice', { raw: [...THREE, STOP, USAGE, DONE, DONE] }, 'one two three '],
  ['its bytes cut inside a character', { raw: [...THREE.slice(0, 2), ...cutInside(word('drøi ')), STOP, USAGE, DONE] }, 'one two drøi '],
  [
    'comments, empty lines and unknown fields',
    { raw: [': ping\n\n', ...THREE, '\n\nretry: 5\nid: 7\n\n', STOP, USAGE, DONE] },
    'one two three ',
  ],
  ['NUL as an escaped character', { raw: [word('one'), word('\u0000'), STOP, USAGE, DONE] }, 'one\u0000'],
  [
    'a byte order mark and CRLF',
    { raw: [Buffer.from('\ufeff'), ...[...THREE, STOP, USAGE, DONE].map((each) => each.replaceAll('\n', '\r\n'))] },
    'one two three ',
  ],
];

function cutInside(bytes: string): Buffer[] {
  const all = Buffer.from(bytes);
  const at = all.indexOf(Buffer.from('ø')) + 1;
  return [all.subarray(0, at), all.subarray(at)];
}

onEachDatabase('an answer that breaks', (bed, promise) => {
  brokenAfterOutput(bed, promise);
  brokenBeforeOutput(bed, promise);

  for (const [oddity, script, text] of WHOLE_ALL_THE_SAME) {
    promise(`not, although it has ${oddity}, is complete and charged its usage`, async () => {
      bed.a.next({ chunkDelayMs: 5, ...script });
      const called = await callOnce(bed, { ...MODEL, stream: true });
      expect([called.text, called.done, called.errorCode]).toEqual([text, true, null]);
      expect(called.story).toMatchObject({ status: 'SUCCEEDED', stopReason: 'COMPLETED', hold: { state: 'SETTLED' } });
      expect([called.story.usage.source, called.story.charge]).toEqual(script.noDone ? [expect.anything(), HONEST] : ['PROVIDER', HONEST]);
    });
  }
});

function brokenAfterOutput(bed: Bed, promise: Promised): void {
  for (const [fault, script] of AFTER_OUTPUT) {
    promise(`after output (${fault}) is UPSTREAM_ERROR, ends with an error event, and pays for what was delivered`, async () => {
      bed.a.next({ chunkDelayMs: 5, ...script });
      const called = await callOnce(bed, { ...MODEL, stream: true });
      expect([called.text, called.done, called.errorCode]).toEqual(['one two three ', false, 'upstream_failed']);
      expect(called.story).toMatchObject({ status: 'FAILED', stopReason: 'UPSTREAM_ERROR', usage: { source: 'FLOOR' } });
      expectPaidForDelivered(called, 3);
      expect(await openHolds(bed)).toBe(0n);
    });
  }
}

function brokenBeforeOutput(bed: Bed, promise: Promised): void {
  for (const [fault, script, form] of BEFORE_OUTPUT) {
    const stream = form === 'stream';
    promise(`before output (${form}: ${fault}) is 502 and free, and its hold is given back`, async () => {
      bed.a.next(script);
      const called = await callOnce(bed, { ...MODEL, stream });
      expect([called.status, called.errorCode]).toEqual([502, 'upstream_failed']);
      expect(called.story).toMatchObject({ status: 'FAILED', stopReason: 'UPSTREAM_ERROR', charge: '0', ledgerEntries: [] });
      expect(called.story.hold).toMatchObject({ state: 'RELEASED' });
      expect(await openHolds(bed)).toBe(0n);
    });

    promise(`before output (${form}: ${fault}) goes to the next channel, and is charged once, for the answer alone`, async () => {
      bed.a.next(script);
      const called = await callOnce(bed, { ...MODEL, model: 'small', stream });
      expect(called.status).toBe(200);
      expect(called.story).toMatchObject({ status: 'SUCCEEDED', finalChannel: { id: 'cheap-b' }, charge: '0.000026' });
      expect(called.story.ledgerEntries).toHaveLength(1);
    });
  }
}

/** Each of the words is one token or two. */
function expectPaidForDelivered({ story }: Called, words: number): void {
  const { inputTokens, outputTokens } = story.usage;
  expect(outputTokens).toBeGreaterThanOrEqual(words);
  expect(outputTokens).toBeLessThanOrEqual(words * 2);
  expect(nanoOf(story.charge)).toBe(BigInt(inputTokens) * 1_000n + BigInt(outputTokens) * 4_000n);
  expect(nanoOf(story.charge)).toBeLessThanOrEqual(HOLD);
  expect(story.hold).toMatchObject({ state: 'SETTLED' });
}
