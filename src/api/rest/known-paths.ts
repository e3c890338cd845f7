/** Which methods the paths of a server take: what a request with another one is told. */
import type { FastifyInstance } from 'fastify';

interface KnownPath {
  readonly matches: RegExp;
  readonly methods: Set<string>;
}

/** What other providers have in front of the same addresses: their own prefix, another version, or the model. */
const OF_OTHERS = /^.*\/(?:v\d\w*|openai|(?:engines|deployments)\/[^/]+)(?=\/)/;
const NAMES_MODEL = /\/(?:engines|deployments)\/[^/]+\//;

/** As OpenAI's first clients and those for Azure send it. */
export function namesModel(path: string): boolean {
  return NAMES_MODEL.test(path);
}

export class KnownPaths {
  private readonly paths = new Map<string, KnownPath>();

  /** Of the routes that are added from now on. */
  constructor(app: FastifyInstance) {
    app.addHook('onRoute', ({ url, method }) => {
      const known = this.paths.get(url) ?? { matches: patternOf(url), methods: new Set() };
      this.paths.set(url, known);
      for (const each of [method].flat()) known.methods.add(each);
    });
  }

  /** In the order in which they were added; none: there is no such path. */
  methodsOf(path: string): readonly string[] {
    const found = [...this.paths.values()].filter(({ matches }) => matches.test(path));
    return [...new Set(found.flatMap(({ methods }) => [...methods]))];
  }

  /** What a path leads to, a segment further; none: nothing is served below it. */
  below(path: string): readonly string[] {
    const start = `${path.replace(/\/+$/, '')}/`;
    const further = [...this.paths.keys()].filter((url) => url.startsWith(start) && url.length > start.length);
    return [...new Set(further.map((url) => start + url.slice(start.length).split('/')[0]))].sort();
  }

  /**
   * The path that is probably meant: base URLs with a `/v1` or a slash too few or too many are the usual slip of a new client, and those in
   * which only the host was changed.
   */
  likelyMeant(path: string, method: string): string | undefined {
    const tidy = path.replace(/\/{2,}/g, '/').replace(/\/$/, '');
    const meant = [tidy, `/v1${tidy}`, tidy.replace(/^\/v1\//, '/'), tidy.replace(OF_OTHERS, '/v1')];
    return meant.find((each) => this.methodsOf(each).includes(method));
  }
}

/** A name in a path stands for one segment, a star for all that follows. */
function patternOf(url: string): RegExp {
  const plain = url.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${plain.replace(/\*/g, '.*').replace(/:[^/\\]+/g, '[^/]+')}$`);
}
