/** The report as one page that needs nothing else: no network, no script. */
import { reportMarkdown } from './report';
import type { ReportInput } from './report-input';

export function reportHtml(input: ReportInput): string {
  const escaped = reportMarkdown(input).replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Research</title><pre>${escaped}</pre></html>\n`;
}
