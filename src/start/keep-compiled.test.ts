import { keepCompiled } from './keep-compiled';

/** A Node that keeps what it compiles where it is told to, or in `instead`. */
function nodeThatKeeps(instead?: { readonly directory?: string }) {
  const asked: (string | undefined)[] = [];
  const enableCompileCache = (folder?: string) => {
    asked.push(folder);
    return instead ?? { directory: `${folder}/v24` };
  };
  return { asked, enableCompileCache };
}

describe('What Node compiled', () => {
  it('is kept beside the build, for threads and further processes too', () => {
    const node = nodeThatKeeps();
    const environment: NodeJS.ProcessEnv = {};

    keepCompiled(node, environment);

    expect(node.asked).toEqual([expect.stringMatching(/\/\.compiled$/)]);
    expect(environment).toEqual({ NODE_COMPILE_CACHE: `${node.asked[0]}/v24` });
  });

  it('is kept where the environment says', () => {
    const node = nodeThatKeeps();

    keepCompiled(node, { NODE_COMPILE_CACHE: '/var/cache/node' });

    expect(node.asked).toEqual(['/var/cache/node']);
  });

  it.each([
    ['has no such cache', {}],
    ['cannot write it', nodeThatKeeps({})],
  ])('is compiled anew where Node %s', (_why, node) => {
    const environment: NodeJS.ProcessEnv = {};

    keepCompiled(node, environment);

    expect(environment).toEqual({});
  });
});
