import { fc } from '../../test/support/properties';
import { placeIn, wholeText } from './whole-text';

const places = fc.string({ unit: 'binary-ascii', maxLength: 120 }).map((place) => `at ${place}`);

describe('a place as text', () => {
  it('is read again as it was', () => {
    fc.assert(fc.property(places, (place) => expect(placeIn(wholeText(place))).toBe(place)));
  });

  it('is nothing where its end or its beginning is missing', () => {
    const text = wholeText('acme:CREDIT 120 10\nacme:RMB 31 12');
    const read = Array.from({ length: text.length }, (_, at) => [placeIn(text.slice(0, at)), placeIn(text.slice(at))]).flat();
    expect(read.filter((place) => place?.includes('acme') === true)).toEqual(['acme:CREDIT 120 10\nacme:RMB 31 12']);
  });

  it('is nothing where a character of it is another one, or one was put in', () => {
    const text = wholeText('1700000000000000 019300aa-0000-7000-8000-000000000001 acme:RMB');
    for (let at = 2; at < text.length; at += 1) {
      for (const other of ['A', 'B', '_', '=', ' '].filter((each) => each !== text[at])) {
        expect(placeIn(text.slice(0, at) + other + text.slice(at + 1))).toBeNull();
        expect(placeIn(text.slice(0, at) + other + text.slice(at))).toBeNull();
      }
    }
  });

  it('without a check, as older ones are, is taken as it comes', () => {
    expect(placeIn(Buffer.from('acme:RMB 31 12').toString('base64url'))).toBe('acme:RMB 31 12');
    expect(placeIn('')).toBe('');
  });
});
