/** Markdown to HTML that can do nothing: no HTML of its own, no picture, no script, and links to http and https only. */
import MarkdownIt from 'markdown-it';

const markdown = new MarkdownIt({ html: false, linkify: false, breaks: false }).disable(['image', 'html_block', 'html_inline']);
markdown.validateLink = (url) => /^https?:\/\/[^\s]+$/i.test(url);
markdown.renderer.rules['link_open'] = (tokens, index, options, _env, self) => {
  tokens[index]?.attrSet('rel', 'noopener noreferrer nofollow');
  tokens[index]?.attrSet('target', '_blank');
  return self.renderToken(tokens, index, options);
};
// A wide table scrolls by itself, and the page does not.
markdown.renderer.rules['table_open'] = () => '<div class="scroll"><table>\n';
markdown.renderer.rules['table_close'] = () => '</table></div>\n';

export function htmlOfMarkdown(text: string): string {
  return markdown.render(text);
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
