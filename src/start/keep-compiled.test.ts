import { keepCompiled } from './keep-compiled';

describe('What Node compiled', () => {
  it('is kept beside the build', () => {
    const folders: string[] = [];

    keepCompiled({ enableCompileCache: (folder) => folders.push(folder) });

    expect(folders).toEqual([expect.stringMatching(/\/\.compiled$/)]);
  });

  it('is compiled anew where Node has no such cache', () => {
    expect(() => keepCompiled({})).not.toThrow();
  });
});
