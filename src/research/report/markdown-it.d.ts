/** The part of markdown-it that reports use; the package brings no types of its own. */
declare module 'markdown-it' {
  interface Token {
    attrSet(name: string, value: string): void;
  }
  type Rule = (tokens: Token[], index: number, options: object, env: unknown, self: Renderer) => string;
  interface Renderer {
    readonly rules: Record<string, Rule | undefined>;
    renderToken(tokens: Token[], index: number, options: object): string;
  }
  class MarkdownIt {
    constructor(options: { readonly html: boolean; readonly linkify: boolean; readonly breaks: boolean });
    readonly renderer: Renderer;
    validateLink: (url: string) => boolean;
    disable(rule: string | readonly string[]): this;
    render(markdown: string): string;
  }
  export = MarkdownIt;
}
