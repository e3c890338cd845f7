// Loaded into a gateway before its own code: its port is free when it looks, and taken by the time that it listens.
const { Server } = require('node:net');

const listen = Server.prototype.listen;
Server.prototype.listen = function listenOrNot(...wanted) {
  const [at] = wanted;
  if (typeof at !== 'object' || at.exclusive === true || String(at.port) !== process.env.PORT) return listen.apply(this, wanted);
  process.nextTick(() => this.emit('error', Object.assign(new Error('listen EADDRINUSE'), { code: 'EADDRINUSE' })));
  return this;
};
