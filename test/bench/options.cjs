// What the command line says.
const { parseArgs } = require('node:util');
const path = require('node:path');

const SECTIONS = ['whole', 'stream', 'long-stream', 'single', 'first-byte', 'ledger', 'lists', 'live'];
const WRONG_CALL = 64;
const TARGETS = ['bare', 'sqlite', 'mariadb'];

const USAGE = `usage: npm run bench -- [options]
  --quick              two short rounds, about 40 seconds: the figures are rough
  --only <sections>    of ${SECTIONS.join(',')}
  --targets <targets>  of ${TARGETS.join(',')}; ratios need bare
  --entries <n>        finished requests in the ledger before it is measured again (1000000; 100000 with --quick),
                       and in the history whose lists are read (100000; 10000 with --quick)
  --rounds <n>         how often each target is measured (3)
  --unpinned           lets the system place the processes instead of one core for each target
  --profile <folder>   writes CPU profiles of the gateways there; read them with test/bench/hottest.cjs
  --dist <folder>      measures another build than ./dist
  --write              puts the tables into test/bench/README.md`;

function listOf(text, known, name) {
  if (text === undefined) return known;
  const wanted = text.split(',');
  const unknown = wanted.filter((each) => !known.includes(each));
  if (unknown.length > 0) throw new Error(`--${name}: "${unknown.join(', ')}" is not one of ${known.join(', ')}`);
  return known.filter((each) => wanted.includes(each));
}

function wholeNumber(text, name) {
  if (!/^[1-9]\d?$/.test(text)) throw new Error(`--${name} must be a whole number from 1 to 99`);
  return Number.parseInt(text, 10);
}

function entriesOf({ entries, quick }, [usual, quickly]) {
  const text = entries ?? (quick ? quickly : usual);
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Error('--entries must be a whole number from 1 to 999999999');
  return Number.parseInt(text, 10);
}

/** Throws an Error that names the option to change. */
function optionsOf(argv) {
  const text = { type: 'string' };
  const flag = { type: 'boolean', default: false };
  const { values } = parseArgs({
    args: argv,
    options: {
      quick: flag,
      only: text,
      targets: text,
      entries: text,
      rounds: text,
      unpinned: flag,
      profile: text,
      dist: text,
      write: flag,
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return { usage: USAGE };
  return {
    ...values,
    sections: listOf(values.only, SECTIONS, 'only'),
    targets: listOf(values.targets, TARGETS, 'targets'),
    rounds: wholeNumber(values.rounds ?? (values.quick ? '2' : '3'), 'rounds'),
    entries: entriesOf(values, ['1000000', '100000']),
    history: entriesOf(values, ['100000', '10000']),
    profile: values.profile === undefined ? null : path.resolve(values.profile),
    dist: path.resolve(values.dist ?? path.join(__dirname, '../../dist')),
  };
}

/** A call that is wrong ends as one of the commands of `src/cli` does. */
function readOptions(argv) {
  try {
    return optionsOf(argv);
  } catch (error) {
    console.error(`${error.message}\n\n${USAGE}`);
    process.exit(WRONG_CALL);
  }
}

module.exports = { readOptions };
