import { tooLong } from './answer-size';

const LIMIT = 32 * 1024 * 1024;
/** As the execution makes it: without a prototype. */
const object = (fields: object): object => Object.assign(Object.create(null) as object, fields);

describe('the length of an answer', () => {
  it('is that of its text, up to the limit', () => {
    const marks = '"a":"",'.length;
    expect(tooLong(object({ a: 'x'.repeat(LIMIT - marks) }))).toBeNull();
    expect(tooLong(object({ a: 'x'.repeat(LIMIT - marks + 1) }))).toMatchObject({ code: 'invalid_request' });
  });

  it('counts each time that something is told, and what it is called there', () => {
    const [name, text] = ['n'.repeat(30_000), 't'.repeat(10_000)];
    const told = (times: number) => object({ list: Array.from({ length: times }, () => object({ [name]: text })) });
    expect([tooLong(told(800)), tooLong(told(900))]).toMatchObject([null, { code: 'invalid_request' }]);
  });

  it('counts what is no text', () => {
    const numbers = Array.from({ length: 5_000_000 }, (_, nth) => (nth % 2 === 0 ? nth : null));
    expect(tooLong(numbers)).not.toBeNull();
  });

  it('is nothing where there is no data', () => {
    expect([tooLong(null), tooLong(undefined)]).toEqual([null, null]);
  });
});
