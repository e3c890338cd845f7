// Loaded into a gateway before its own code: each SIGUSR2 moves the wall clock by the next of CLOCK_JUMPS (milliseconds,
// separated by commas). What runs by the monotonic clock does not notice.
const jumps = (process.env.CLOCK_JUMPS ?? '').split(',').map(Number);
const RealDate = Date;
let offset = 0;

class JumpingDate extends RealDate {
  constructor(...values) {
    if (values.length === 0) super(JumpingDate.now());
    else super(...values);
  }

  static now() {
    return RealDate.now() + offset;
  }
}

globalThis.Date = JumpingDate;
process.on('SIGUSR2', () => {
  offset += jumps.shift() ?? 0;
});
