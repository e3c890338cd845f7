import { wayOn } from './way-on';

const run = { id: 'run-1', apiKey: { status: 'ACTIVE' } } as const;

describe('how a run goes on, as the command tells it', () => {
  it('is by resuming it, and by nothing where it is whole or was cancelled', () => {
    for (const status of ['PAUSED', 'PARTIAL', 'FAILED'] as const) expect(wayOn({ ...run, status })).toContain('--resume run-1');
    for (const status of ['COMPLETED', 'CANCELLED'] as const) expect(wayOn({ ...run, status })).toBeNull();
  });

  it.each(['REVOKED', 'EXPIRED'] as const)('is not by resuming it with a key that is %s: that would be refused', (status) => {
    for (const stands of ['PAUSED', 'PARTIAL'] as const) {
      const words = wayOn({ ...run, status: stands, apiKey: { status } });
      expect(words).toContain('another run, with another key');
      expect(words).not.toContain('--resume');
    }
  });
});
