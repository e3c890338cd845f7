// The load, in a process of its own: takes a job as a message, and answers with what it counted between two instants.
const { Connection } = require('./load-connection.cjs');
const { cpuSeconds, machineSeconds } = require('./proc.cjs');

function requestOf({ body, authorization }) {
  const head = `POST /v1/chat/completions HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\nauthorization: ${authorization}`;
  return Buffer.from(`${head}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}

/** Counts while it is open. */
class Tally {
  open = false;
  answers = 0;
  frameCount = 0;
  failures = 0;
  failure = null;
  latencies = [];
  firstBytes = [];

  frames(count) {
    if (this.open) this.frameCount += count;
  }

  answer(failure, sentAt, firstByteAt) {
    if (failure !== null) {
      this.failures += 1;
      this.failure ??= failure;
    }
    if (!this.open) return;
    this.answers += 1;
    this.latencies.push(performance.now() - sentAt);
    this.firstBytes.push(firstByteAt - sentAt);
  }
}

function quantiles(values) {
  const sorted = Float64Array.from(values).sort();
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99) };
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** CPU seconds of each watched process, of this one, and of the machine. */
function cpuNow(watched) {
  const each = Object.entries(watched).map(([name, pid]) => [name, cpuSeconds(pid)]);
  return { at: performance.now(), machine: machineSeconds(), each: Object.fromEntries(each) };
}

async function measure({ settleMs, measureMs, connections, watched, ...rest }) {
  const job = { ...rest, request: requestOf(rest), over: false };
  const tally = new Tally();
  const running = Promise.all(Array.from({ length: connections }, () => new Connection(job, tally).run()));
  // A connection that breaks ends the job at once.
  await Promise.race([running, sleep(settleMs)]);
  const before = cpuNow(watched);
  tally.open = true;
  await Promise.race([running, sleep(measureMs)]);
  tally.open = false;
  const after = cpuNow(watched);
  job.over = true;
  await running;
  return resultOf(tally, before, after);
}

function resultOf(tally, before, after) {
  if (tally.failures > 0) throw new Error(`${tally.failures} answers were not what was asked for; the first had ${tally.failure}`);
  const seconds = (after.at - before.at) / 1_000;
  const cpu = Object.fromEntries(Object.entries(after.each).map(([name, value]) => [name, value - before.each[name]]));
  const known = Object.values(cpu).reduce((sum, value) => sum + value, 0);
  return {
    seconds,
    answers: tally.answers,
    frames: tally.frameCount,
    latency: quantiles(tally.latencies),
    firstByte: quantiles(tally.firstBytes),
    cpu,
    strangers: Math.max(0, (after.machine - before.machine - known) / seconds),
  };
}

process.on('message', (job) => {
  measure(job).then(
    (result) => process.send({ result }),
    (error) => process.send({ error: error.message }),
  );
});
process.on('disconnect', () => process.exit(0));
