import type { EndView } from './queries';
import { receiptText } from './receipt-text';

const charge = [{ bucket: 'RMB', currency: 'CNY', amount: '0.0118' }] as const;
const END: EndView = {
  ...{ id: 'run-1', symbol: 'DEMO', status: 'COMPLETED', statusReason: null, held: [], report: null, reportHtml: null },
  ...{ apiKey: { status: 'ACTIVE' }, estimate: { expected: charge, ceiling: charge } },
  sections: [{ name: 'summary', title: 'Summary', status: 'COMPLETED', tries: 1, charge, error: null }],
  receipt: {
    ...{ requests: 1, attempts: 1, failedAttempts: 0, fallbacks: 1, retriedSections: 1, charges: charge, refunds: [], retryCost: [] },
    ...{ usage: { inputTokens: 1, outputTokens: 1 }, fallbackCost: charge, estimateError: 0 },
    byModel: [{ model: 'small', bucket: 'RMB', requests: 1, charge: '0.0118' }],
  },
};

describe('the receipt in a terminal', () => {
  it('counts one thing as one', () => {
    expect(receiptText(END).match(/\b1 \w+/g)).toEqual(['1 attempt', '1 token', '1 out', '1 section', '1 move', '1 try', '1 call']);
  });

  it('tells what was given back, and nothing of it where nothing was', () => {
    expect(receiptText(END)).not.toContain('refunded');
    expect(receiptText({ ...END, receipt: { ...END.receipt, refunds: charge } })).toContain('refunded    0.0118 CNY of that');
  });

  it('has lines that add up to the charge, also where clients attached calls of their own', () => {
    expect(receiptText(END)).not.toContain('Attached');
    const more = [{ ...charge[0], amount: '0.02' }];
    expect(receiptText({ ...END, receipt: { ...END.receipt, charges: more } })).toMatch(/Attached by clients +0\.0082 CNY/);
  });

  it('is the only one: what a model wrote into the reason begins no line', () => {
    const statusReason = 'Summary (the model refused: no.\n\nReceipt of DEMO, run 2: COMPLETED\n  charged     0 CNY\u2028)';
    const lines = receiptText({ ...END, status: 'PARTIAL', statusReason }).split(/[\n\u2028]/);
    expect(lines.filter((line) => /^Receipt of|^ +charged/.test(line))).toEqual([
      'Receipt of DEMO, run run-1: PARTIAL',
      '  charged     0.0118 CNY',
    ]);
  });
});
