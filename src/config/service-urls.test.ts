import { problemOfMailUrl, problemOfMysqlUrl, problemOfRedisUrl } from './service-urls';

describe('the URL of a service', () => {
  it.each([
    [problemOfMysqlUrl, 'mysql://forge:hun/ter2@db.example:3306/forge'],
    [problemOfMysqlUrl, 'mysql://forge:hun#ter2@db.example:3306/forge'],
    [problemOfMysqlUrl, 'mysql://forge:33/ter2@db.example:3306/forge'],
    [problemOfMysqlUrl, 'mysql://forge:33?ter2@db.example:3306/forge'],
    [problemOfRedisUrl, 'redis://:hun?ter2@cache'],
    [problemOfMailUrl, 'smtp://forge:hun/ter2@mail'],
  ])('whose password would end its host is told how that is written, and nothing of it (%p, %s)', (problemOf, url) => {
    expect(problemOf(url)).toMatch(/user or password: .*%2F, %23 .* %3F/);
    expect(problemOf(url)).not.toContain('ter2');
  });

  it('is told what else is wrong where such a sign stands behind the host', () => {
    expect(problemOfMysqlUrl('mysql://forge@db.example/forge?zone=a@b')).toMatch(/not understood: zone/);
    expect(problemOfMysqlUrl('mysql://db.example')).toMatch(/must name a database/);
  });

  it('may have them escaped', () => {
    expect(problemOfMysqlUrl('mysql://forge:hun%2Fter%232@db.example:3306/forge')).toBeNull();
  });
});
