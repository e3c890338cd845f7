/** The synthetic instruments. Names of real symbols are borrowed so that examples read well; nothing else of them is. */
export interface Sample {
  readonly name: string;
  readonly seed: number;
  readonly start: number;
  /** What a day adds on average, and how far it swings, as parts of the price. */
  readonly drift: number;
  readonly swing: number;
  readonly volume: number;
  /** Weekdays of history, counted from the end of the year. */
  readonly days: number;
  /** Days without a bar: from the first index up to the second. */
  readonly missing: readonly [number, number] | null;
  /** Label, value, period; null: there are none. */
  readonly fundamentals: readonly (readonly [string, string, string])[] | null;
  /** Date, headline, excerpt; null: there are none. */
  readonly news: readonly (readonly [string, string, string])[] | null;
}

const DEMO: Sample = {
  ...{ name: 'Demo Instruments', seed: 7, start: 100, drift: 0.0006, swing: 0.018, volume: 1_200_000, days: 260, missing: null },
  fundamentals: [
    ['Revenue', '4.10 billion USD', 'fiscal year 2025'],
    ['Revenue growth', '9.2 %', 'fiscal year 2025'],
    ['Operating margin', '17.8 %', 'fiscal year 2025'],
    ['Free cash flow', '0.52 billion USD', 'fiscal year 2025'],
    ['Net debt', '0.31 billion USD', 'end of 2025'],
    ['Price to earnings', '22.4', 'end of 2025'],
  ],
  news: [
    [
      '2025-12-18',
      'Demo Instruments opens a second plant',
      'Output is to rise by a fifth within two years, the company says; costs weigh on the first half.',
    ],
    [
      '2025-12-04',
      'A large customer of Demo Instruments delays orders',
      'The customer names full stores as the reason and speaks of one quarter.',
    ],
    [
      '2025-11-13',
      'Demo Instruments raises its outlook for the year',
      'Margins were above what the company had expected in the third quarter.',
    ],
  ],
};

const AAPL: Sample = {
  ...{ name: 'Apple sample', seed: 4, start: 185, drift: 0.0009, swing: 0.016, volume: 48_000_000, days: 260, missing: null },
  fundamentals: [
    ['Revenue', '402.0 billion USD', 'fiscal year 2025'],
    ['Revenue growth', '4.1 %', 'fiscal year 2025'],
    ['Gross margin', '46.5 %', 'fiscal year 2025'],
    ['Free cash flow', '101.0 billion USD', 'fiscal year 2025'],
    ['Price to earnings', '31.2', 'end of 2025'],
    ['Dividend yield', '0.4 %', 'end of 2025'],
  ],
  news: [
    [
      '2025-12-16',
      'Suppliers speak of firm orders for the coming season',
      'Two suppliers say that volumes are planned at the level of the year before.',
    ],
    ['2025-12-02', 'Regulator asks questions about fees of an app store', 'The answers are due within eight weeks; no fine was named.'],
    ['2025-11-20', 'Services grow faster than devices', 'Services grew by a tenth over the year, devices by two percent.'],
    ['2025-11-06', 'New assistant comes later in some regions', 'The company gives translation and local rules as the reasons.'],
  ],
};

/** Little history, a hole in it, and nothing else: what a report says of poor data. */
const NEWCO: Sample = {
  ...{ name: 'Newly listed company', seed: 11, start: 24, drift: -0.001, swing: 0.04, volume: 300_000, days: 70, missing: [31, 42] },
  fundamentals: null,
  news: null,
};

/** By symbol. */
export const SAMPLES: ReadonlyMap<string, Sample> = new Map(Object.entries({ DEMO, AAPL, NEWCO }));
