/** `/v1/runs/{id}/report.md` and `report.html`: the report of a research run as far as it is written, for the key that pays for it. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { Fault } from '../../kernel/fault';
import { reportMarkdown } from '../../research/report/report';
import { reportHtml } from '../../research/report/report-html';
import type { ReportInput } from '../../research/report/report-input';
import { isKeptReportTrue, reportInputOf } from '../../research/report-of';
import type { ResearchStore } from '../../research/research-store';
import type { ResearchRun } from '../../research/run';
import type { Run } from '../../runs/run';
import { NO_CALLS, runReceipt } from '../../runs/run-receipt';
import type { RunStore } from '../../runs/run-store';
import { type ById, type OwnRunDeps, ownRun } from './own-run';

export interface ReportDeps extends OwnRunDeps {
  readonly runs: Pick<RunStore, 'find' | 'sums'>;
  readonly research: Pick<ResearchStore, 'ofRuns' | 'sections' | 'briefing' | 'charges' | 'html'>;
}

/** A browser that shows the page from here treats it as a stranger's. */
const POLICY = "sandbox allow-popups; default-src 'none'; style-src 'unsafe-inline'";

export function registerRunReports(app: FastifyInstance, deps: ReportDeps): void {
  app.get<ById>('/v1/runs/:id/report.md', async (request, reply) => {
    const research = await researchOf(deps, await ownRun(deps, request));
    const kept = (await isKeptTrue(deps, research)) ? research.report : null;
    return shown(reply, 'text/markdown', kept ?? reportMarkdown(await inputOf(deps, research)));
  });
  app.get<ById>('/v1/runs/:id/report.html', async (request, reply) => {
    const research = await researchOf(deps, await ownRun(deps, request));
    const { id } = research.run;
    const kept = (await isKeptTrue(deps, research)) ? (await deps.research.html([id])).get(id) : undefined;
    const page = kept ?? reportHtml(await inputOf(deps, research));
    return shown(reply.header('content-security-policy', POLICY), 'text/html', page);
  });
}

async function researchOf({ research }: ReportDeps, run: Run): Promise<ResearchRun> {
  const [found] = run.kind === 'RESEARCH' ? await research.ofRuns([run]) : [];
  if (found === undefined) throw new Fault('not_found', `The run ${run.id} writes no report: it is an agent's own.`);
  return found;
}

async function isKeptTrue({ runs }: ReportDeps, research: ResearchRun): Promise<boolean> {
  const { id } = research.run;
  return isKeptReportTrue(research, runReceipt((await runs.sums([id])).get(id) ?? NO_CALLS));
}

async function inputOf(deps: ReportDeps, research: ResearchRun): Promise<ReportInput> {
  const { id } = research.run;
  const [sections, briefing] = await Promise.all([deps.research.sections([id]), deps.research.briefing(id)]);
  return reportInputOf(deps, research, sections.get(id) ?? [], briefing);
}

function shown(reply: FastifyReply, type: string, text: string): FastifyReply {
  return reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff').type(`${type}; charset=utf-8`).send(text);
}
