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
  // Where it is heard, at once: what a system delivers a moment later may find the start at its end.
  if (cluster.isWorker || process.listenerCount('SIGTERM') === 0) process.kill(cluster.isWorker ? process.ppid : process.pid, 'SIGTERM');
  else process.emit('SIGTERM');
}

Module._load = (request, ...rest) => {
  if (at !== '' && request === at) ask();
  return load(request, ...rest);
};
Server.prototype.listen = function (...values) {
  if (at === '') ask();
  return listen.apply(this, values);
};
