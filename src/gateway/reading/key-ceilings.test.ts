import { NANO_MAX, nano } from '../../kernel/money';
import { fullHold } from './key-ceilings';

it('a full hold is within what the key allows for one request, and within what any balance can hold', () => {
  const quote = { ceiling: nano(3n * NANO_MAX), floor: nano(1n), bounds: {} as never, prices: [] };
  const caps = [null, nano(2n * NANO_MAX), nano(NANO_MAX), nano(5n)];
  expect(caps.map((cap) => fullHold(quote, cap))).toEqual([NANO_MAX, NANO_MAX, NANO_MAX, 5n]);
  expect(fullHold({ ...quote, ceiling: nano(3n) }, nano(5n))).toBe(3n);
});
