// Loaded into a gateway before its own code: says when the vocabulary is read that tokens are counted with, or keeps it from being read.
const Module = require('node:module');

const load = Module._load;
Module._load = (request, ...rest) => {
  if (/bpeRanks\/o200k_base/.test(request)) {
    process.stdout.write('reads the vocabulary\n');
    if (process.env.NO_VOCABULARY) throw new Error('the vocabulary is not there');
  }
  return load(request, ...rest);
};
