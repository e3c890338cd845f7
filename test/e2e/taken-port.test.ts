/** A start that finds its port taken has begun to work beside the others by then: it leaves as one that is stopped. */
import { gatewayThatRefuses } from '../support/gateway-process';
import { onEachDatabase } from '../support/on-each-database';

onEachDatabase(
  'a start whose port is taken',
  (bed, promise) => {
    promise('says so, and leaves in good order, so that no other process finds it dead', async () => {
      const { settings, origin } = bed.gateway;
      const { port } = new URL(origin);
      const { code, stderr } = await gatewayThatRefuses({ ...settings, environment: { ...settings.environment, PORT: port } });
      expect(code).toBe(1);
      expect(stderr).toContain(`Cannot listen on 127.0.0.1:${port}: choose another PORT`);
      const states = await bed.database.query('SELECT state FROM gateway_process ORDER BY started_at');
      expect(states).toEqual([{ state: 'LIVE' }, { state: 'CLEAN' }]);
    });
  },
  ['mysql'],
);
