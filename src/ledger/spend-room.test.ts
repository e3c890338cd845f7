import { tightestRoom } from './spend-room';

const STANDINGS = new Map([
  ['day', { spent: 30n, held: 20n }],
  ['month', { spent: 900n, held: 80n }],
]);
const standingOf = (id: string) => STANDINGS.get(id) ?? { spent: 0n, held: 0n };

describe('what ceilings leave for a hold', () => {
  it('is what the tightest of them leaves after all that is spent and held, whatever their order', () => {
    const [day, month] = [
      { counterId: 'day', ceiling: 100n },
      { counterId: 'month', ceiling: 1_000n },
    ];
    const room = { counterId: 'month', ceiling: 1_000n, spent: 900n, held: 80n, left: 20n };
    expect(tightestRoom([day, month], standingOf)).toEqual(room);
    expect(tightestRoom([month, day], standingOf)).toEqual(room);
  });

  it('is less than nothing where a ceiling was lowered below what is spent', () => {
    expect(tightestRoom([{ counterId: 'day', ceiling: 10n }], standingOf)).toMatchObject({ left: -40n });
  });

  it('is not bounded without a ceiling', () => {
    expect(tightestRoom([], standingOf)).toBeNull();
  });
});
