// One connection of the load: sends a request, reads its answer, sends the next. Written on a bare socket, because the load
// must never be what is measured.
const net = require('node:net');

const HEAD_END = Buffer.from('\r\n\r\n');
const FRAME_END = Buffer.from('\n\n');
const BODY_END = Buffer.from('0\r\n\r\n');
const NEWLINE = 10;
const BUFFER_BYTES = 64 * 1024;
const NOTHING = Buffer.alloc(0);

class Connection {
  constructor(job, tally) {
    this.job = job;
    this.tally = tally;
    this.head = null;
    this.sentAt = 0;
    this.reset();
  }

  /** Begins; resolves when the job is over and the last answer has been read. */
  run() {
    return new Promise((resolve, reject) => {
      // One buffer for all that arrives: nothing is allocated for a chunk.
      const buffer = Buffer.allocUnsafe(BUFFER_BYTES);
      const callback = (bytes) => {
        this.read(buffer.subarray(0, bytes));
        return true;
      };
      this.socket = net.connect({ host: '127.0.0.1', port: this.job.port, noDelay: true, onread: { buffer, callback } }, () => this.send());
      this.socket.once('error', reject);
      this.socket.once('close', () => (this.job.over ? resolve() : reject(new Error('the target closed a connection under load'))));
    });
  }

  reset() {
    this.left = null;
    this.frames = 0;
    this.tail = NOTHING;
  }

  send() {
    if (this.job.over) {
      this.socket.end();
      return;
    }
    this.reset();
    this.status = null;
    this.firstByteAt = null;
    this.sentAt = performance.now();
    this.socket.write(this.job.request);
  }

  read(data) {
    const body = this.status === null ? this.readHead(data) : data;
    if (body.length === 0) return;
    this.firstByteAt ??= performance.now();
    if (this.left === null) this.readChunked(body);
    else this.left -= body.length;
    if (this.left !== null && this.left <= 0) this.finish();
  }

  /** Gives the part of `data` that belongs to the body. */
  readHead(data) {
    const bytes = this.head === null ? data : Buffer.concat([this.head, data]);
    const end = bytes.indexOf(HEAD_END);
    if (end < 0) {
      this.head = Buffer.from(bytes);
      return NOTHING;
    }
    this.head = null;
    const head = bytes.latin1Slice(0, end);
    this.status = head.slice(9, 12);
    const length = /content-length: ?(\d+)/i.exec(head)?.[1];
    this.left = length === undefined ? null : Number(length);
    return bytes.subarray(end + HEAD_END.length);
  }

  readChunked(body) {
    this.countFrames(body);
    const seen = body.length < BODY_END.length ? Buffer.concat([this.tail, body]) : body;
    // Copied: the buffer is written again.
    this.tail = Buffer.from(seen.subarray(-BODY_END.length));
    if (this.tail.equals(BODY_END)) this.left = 0;
  }

  countFrames(body) {
    let found = body[0] === NEWLINE && this.tail.at(-1) === NEWLINE ? 1 : 0;
    for (let at = body.indexOf(FRAME_END); at >= 0; at = body.indexOf(FRAME_END, at + 2)) found += 1;
    this.frames += found;
    this.tally.frames(found);
  }

  finish() {
    const complete = this.status === '200' && this.frames >= this.job.framesAtLeast;
    this.tally.answer(complete ? null : `status ${this.status}, ${this.frames} events`, this.sentAt, this.firstByteAt);
    this.send();
  }
}

module.exports = { Connection };
