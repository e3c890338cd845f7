import { end, place } from '../../../test/support/ledger-items';
import { CountedAlarms } from '../../kernel/alarms';
import { Fault } from '../../kernel/fault';
import type { EndRequest, LedgerVerdict, MoveMoney } from '../../ledger/ledger-store';
import { endOnce } from './end-durably';

const LOG = { info: () => undefined, warn: () => undefined, error: () => undefined };
const DONE = { verdict: 'done' } as const;

/** The end of a request whose answer is to be kept. */
const WITH_ANSWER: EndRequest = { ...end(place('acme', 100n), 30n), answer: { id: 'twin', sealed: 'sealed', expiresAt: 1 } };

/** A ledger that answers one try after the other so, and what it was asked for. */
function ledgerThat(...tries: (() => LedgerVerdict)[]) {
  const asked: (EndRequest | MoveMoney)[] = [];
  const answer = async (item: EndRequest | MoveMoney) => {
    asked.push(item);
    return (tries.shift() ?? (() => DONE))();
  };
  return { asked, means: { ledger: { end: answer }, log: LOG, alarms: new CountedAlarms(LOG) } };
}

const refuses = () => {
  throw new Error('Data too long for column "sealed"');
};
const isAway = () => {
  throw new Fault('temporarily_unavailable', 'down');
};

describe('a try to end a request', () => {
  it('goes without the answer that was to be kept where the ledger refuses the end with it: the charge is what counts', async () => {
    const { asked, means } = ledgerThat(refuses);
    await endOnce(means, WITH_ANSWER);
    expect(asked).toEqual([WITH_ANSWER, { ...WITH_ANSWER, answer: null }]);
  });

  it('gives up no answer to a ledger that is only away', async () => {
    const { asked, means } = ledgerThat(isAway);
    await expect(endOnce(means, WITH_ANSWER)).rejects.toMatchObject({ code: 'temporarily_unavailable' });
    expect(asked).toEqual([WITH_ANSWER]);
  });

  it('is not repeated as it is where the ledger refuses it for what is in it', async () => {
    const { asked, means } = ledgerThat(refuses);
    await expect(endOnce(means, { ...WITH_ANSWER, answer: null })).rejects.toThrow('Data too long');
    expect(asked).toHaveLength(1);
  });

  it('raises an alarm, and is not to be tried again, where somebody else has ended the request', async () => {
    const { means } = ledgerThat(() => ({ verdict: 'not_open' }));
    await expect(endOnce(means, WITH_ANSWER)).rejects.toMatchObject({ code: 'gateway_crashed', detail: { retry: false } });
    expect(means.alarms.count('late_settlement')).toBe(1);
  });
});
