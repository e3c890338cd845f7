// What is measured: the load of each section, and its figures as the tables show them.

const TEXT = 'You are asked to explain, in a few plain sentences, how a double-entry ledger keeps an exact account of what was used. ';
const bodyOf = (rest) =>
  JSON.stringify({
    model: 'bench',
    messages: [
      { role: 'system', content: 'Answer briefly and exactly.' },
      { role: 'user', content: TEXT.repeat(4).trim() },
    ],
    temperature: 0.2,
    ...rest,
  });

const wholeBody = bodyOf({ max_tokens: 100 });
const streamBody = (chunks) => bodyOf({ max_tokens: chunks, stream: true });

/** In chunks, which are tokens with most providers. */
const SHORT_ANSWER = 100;
const USUAL_ANSWER = 400;
const FIRST_WORDS = 5;

const perSecond = (value) => (value < 100 ? value.toFixed(1) : Math.round(value).toLocaleString('en-US'));
const ms = (value) => `${value.toFixed(2)} ms`;
const us = (value) => (Number.isNaN(value) ? '–' : `${Math.round(value)} µs`);

/** `counted`: what the CPU time is divided by. */
const cpuColumns = (counted) => [
  { title: 'CPU to bare', of: (each, bare) => bare.cpuUs / each.cpuUs, show: (value) => value.toFixed(2) },
  { title: `CPU per ${counted}`, of: (each) => each.cpuUs, show: us },
  { title: 'of the database', of: (each) => each.databaseUs, show: us },
  { title: 'core used', of: (each) => each.core, show: (value) => (Number.isNaN(value) ? '–' : `${Math.round(value * 100)} %`) },
];

/** Streams that come one chunk a millisecond, 128 at once. */
const streams = (chunks) => ({
  title: `Streams of ${chunks} chunks, one a millisecond, 128 at once`,
  goal: { sqlite: '≥ 0.90', mariadb: '≥ 0.90' },
  job: { connections: 128, body: streamBody(chunks), framesAtLeast: chunks },
  count: (result) => result.frames,
  columns: [
    { title: 'chunks/s', of: (each) => each.perSecond, show: perSecond },
    { title: 'first byte p50', of: (each) => each.firstByte.p50, show: ms },
    { title: 'p99', of: (each) => each.firstByte.p99, show: ms },
    ...cpuColumns('chunk'),
  ],
  gain: { title: 'to bare', of: (each, bare) => each.perSecond / bare.perSecond, show: (value) => value.toFixed(2) },
  seconds: { full: 3.5, quick: 1.5 },
});

/** `gain` compares a target with the bare pass-through of the same round. */
const SECTIONS = {
  whole: {
    title: 'Whole answers, 128 connections',
    goal: { sqlite: '≥ 0.60', mariadb: '≥ 0.50' },
    job: { connections: 128, body: wholeBody, framesAtLeast: 0 },
    count: (result) => result.answers,
    columns: [
      { title: 'answers/s', of: (each) => each.perSecond, show: perSecond },
      { title: 'p50', of: (each) => each.latency.p50, show: ms },
      { title: 'p99', of: (each) => each.latency.p99, show: ms },
      ...cpuColumns('answer'),
    ],
    gain: { title: 'to bare', of: (each, bare) => each.perSecond / bare.perSecond, show: (value) => value.toFixed(2) },
    seconds: { full: 3.5, quick: 1.5 },
  },
  stream: streams(SHORT_ANSWER),
  'long-stream': streams(USUAL_ANSWER),
  single: {
    title: 'One whole answer at a time',
    goal: { sqlite: '≤ 2 ms', mariadb: '≤ 4 ms' },
    job: { connections: 1, body: wholeBody, framesAtLeast: 0 },
    count: (result) => result.answers,
    columns: [
      { title: 'p50', of: (each) => each.latency.p50, show: ms },
      { title: 'p99', of: (each) => each.latency.p99, show: ms },
      { title: 'added p99', of: (each, bare) => each.latency.p99 - bare.latency.p99, show: ms },
      ...cpuColumns('answer'),
    ],
    gain: { title: 'added p50', of: (each, bare) => each.latency.p50 - bare.latency.p50, show: ms },
    seconds: { full: 2, quick: 0.8 },
  },
  'first-byte': {
    title: `Time to the first byte of a stream, one at a time`,
    goal: {},
    job: { connections: 1, body: streamBody(FIRST_WORDS), framesAtLeast: FIRST_WORDS },
    count: (result) => result.answers,
    columns: [
      { title: 'p50', of: (each) => each.firstByte.p50, show: ms },
      { title: 'p99', of: (each) => each.firstByte.p99, show: ms },
      { title: 'added p99', of: (each, bare) => each.firstByte.p99 - bare.firstByte.p99, show: ms },
    ],
    gain: { title: 'added p50', of: (each, bare) => each.firstByte.p50 - bare.firstByte.p50, show: ms },
    seconds: { full: 1.5, quick: 0.7 },
  },
};

module.exports = { SECTIONS };
