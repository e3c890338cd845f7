// The order of the suites: those of `fault` run for minutes, so they begin first and the short ones fill up the end.
const Sequencer = require('@jest/test-sequencer').default;

class LongestFirst extends Sequencer {
  sort(tests) {
    const isFault = ({ context }) => context.config.displayName?.name === 'fault';
    const sorted = super.sort(tests);
    return [...sorted.filter(isFault), ...sorted.filter((test) => !isFault(test))];
  }
}

module.exports = LongestFirst;
