// Loaded into a gateway before its own code: whatever it listens on is refused, the first that it needs for itself included.
const { Server } = require('node:net');

Server.prototype.listen = () => {
  throw Object.assign(new Error('listen EPERM: operation not permitted'), { code: 'EPERM' });
};
