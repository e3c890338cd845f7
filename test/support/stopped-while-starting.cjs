// Loaded into a gateway before its own code: it is asked to stop as soon as STOPPED_AT is loaded or, without that, when it listens on
// anything, which its start does first for itself. Where workers serve, the process that watches over them is asked.
const cluster = require('node:cluster');
const Module = require('node:module');
const { Server } = require('node:net');

const { _load: load } = Module;
const { listen } = Server.prototype;
const at = process.env.STOPPED_AT ?? '';
let asked = false;

function ask() {
  if (asked) return;
  asked = true;
  process.kill(cluster.isWorker ? process.ppid : process.pid, 'SIGTERM');
}

Module._load = (request, ...rest) => {
  if (at !== '' && request === at) ask();
  return load(request, ...rest);
};
Server.prototype.listen = function (...values) {
  if (at === '') ask();
  return listen.apply(this, values);
};
