/**
 * A start that finds its port taken has touched nothing; where it was taken in between, the start has begun to work beside the others,
 * and leaves as one that is stopped.
 */
import { gatewayThatRefuses } from '../support/gateway-process';
import { onEachDatabase } from '../support/on-each-database';

const STATES = 'SELECT state FROM gateway_process ORDER BY started_at';

onEachDatabase(
  'a start whose port is taken',
  (bed, promise) => {
    promise('says so before it works beside others, who never hear of it', async () => {
      const { settings, origin } = bed.gateway;
      const { port } = new URL(origin);
      const { code, stderr } = await gatewayThatRefuses({ ...settings, environment: { ...settings.environment, PORT: port } });
      expect(code).toBe(1);
      expect(stderr).toContain(`Cannot listen on 127.0.0.1:${port}: choose another PORT`);
      expect(await bed.database.query(STATES)).toEqual([{ state: 'LIVE' }]);
    });

    promise('while it starts says so, and leaves in good order, so that no other process finds it dead', async () => {
      const { settings } = bed.gateway;
      const nodeArguments = ['-r', require.resolve('../support/taken-at-last.cjs')];
      const { code, stderr } = await gatewayThatRefuses({ ...settings, nodeArguments });
      expect(code).toBe(1);
      expect(stderr).toContain('Cannot listen on 127.0.0.1:0: choose another PORT');
      expect(await bed.database.query(STATES)).toEqual([{ state: 'LIVE' }, { state: 'CLEAN' }]);
    });
  },
  ['mysql'],
);
