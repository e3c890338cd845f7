import { CannotStart } from '../kernel/cannot-start';
import { ConfigurationError } from '../kernel/configuration-error';
import { Fault } from '../kernel/fault';
import { unreachableServer, unusableServer } from './unusable-server';

const URL_OF = 'mysql://forge:secret@db.example:3307/forge';
const said = (code: string, errno: number | undefined, message: string) => Object.assign(new Error(message), { code, errno });

describe('a server that takes no connection', () => {
  it.each([
    ['ER_ACCESS_DENIED_ERROR', /db\.example:3307: correct the password, or grant the user "forge" access/],
    ['ER_SECURE_TRANSPORT_REQUIRED', /without TLS: put \?ssl=\{\} at its end/],
    ['HANDSHAKE_SSL_ERROR', /not trusted over TLS \(why\): .*NODE_EXTRA_CA_CERTS/],
  ])('is a fault of the configuration where that helps: %s', (code, message) => {
    const error = unreachableServer(URL_OF, said(code, undefined, 'why'));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('secret');
  });

  it('may be one that wants TLS and does not say so, where none was asked for', () => {
    const refused = (url: string) => unreachableServer(url, said('ER_ACCESS_DENIED_ERROR', 1045, 'why')).message;
    expect(refused(URL_OF)).toContain('put ?ssl={} at its end');
    expect(refused(`${URL_OF}?ssl={}`)).not.toContain('ssl={}');
  });

  it('is away otherwise', () => {
    const error = unreachableServer(URL_OF, said('ECONNREFUSED', -111, 'why'));
    expect(error).toBeInstanceOf(CannotStart);
    expect(error.message).toBe(
      'The database server at db.example:3307 cannot be reached (ECONNREFUSED): start it, or correct DATABASE_URL.',
    );
  });
});

describe('a server that refuses what a start needs', () => {
  it.each([
    ['ER_TABLEACCESS_DENIED_ERROR', 1142, /grant the user all rights on the database/],
    ['ER_OPTION_PREVENTS_STATEMENT', 1290, /name a server that may be written/],
    ['ER_RECORD_FILE_FULL', 1114, /make room there/],
    ['ER_SOMETHING', 99_999, /see what is wrong with it/],
  ])('is said in one line that says what helps: %s', (code, errno, help) => {
    const cause = new Fault('temporarily_unavailable', 'Not now.', { cause: said(code, errno, 'what it says') });
    const error = unusableServer(URL_OF, cause) as Error;
    expect(error).toBeInstanceOf(CannotStart);
    expect(error.message).toMatch(/^The database server at db\.example:3307 cannot be used \(\w+: what it says\): .*\.$/);
    expect(error.message).toMatch(help);
  });

  it('is nothing else than what went wrong in the gateway, or is said already', () => {
    const others = [said('ER_PARSE_ERROR', 1064, 'near ""'), new Error('no code'), new CannotStart('said'), 'no error'];
    expect(others.map((each) => unusableServer(URL_OF, each))).toEqual(others);
  });
});
