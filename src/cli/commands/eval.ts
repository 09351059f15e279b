import { UsageError } from '../../errors/index.js';
import {
  type EvalDetails,
  type EvalReport,
  evaluate,
  openRunner,
  toGithub,
  toJunit,
  toMarkdown,
} from '../../evaluation/index.js';
import { describeIndex, openReader } from '../../index/index.js';
import { parseFusion } from '../../recall/index.js';
import type { Context } from '../context.js';
import type { Terminal } from '../io.js';
import { LineFile } from '../line-file.js';
import { describeSteps, Progress } from '../progress.js';
import { openQueryEmbedder } from '../query-embedder.js';
import { renderReport } from '../report-table.js';
import { type SearchFlags, searchSettings } from '../search-flags.js';

interface Options extends SearchFlags {
  queries?: string;
  queryFormat?: string;
  self?: boolean;
  items?: number;
  vectors?: string[];
  qrels?: string;
  truth?: string;
  exact?: boolean;
  run?: string[];
  measure?: string[];
  assert?: string[];
  eachBranch?: boolean;
  fusion?: string[];
  tieAware?: boolean;
  saveRun?: string;
  perQuery?: boolean;
  report?: string;
  json?: boolean;
  baseline?: string;
  maxDrop?: string[];
  seed?: number;
  sweep?: string[];
  rounds?: number;
  format?: 'table' | 'json' | 'markdown' | 'junit' | 'github';
  threads: number;
}

export async function evaluateIndex(
  [path]: string[],
  options: Options,
  { terminal, signal }: Context,
): Promise<number> {
  if ((path === undefined) === (options.run === undefined)) {
    throw new UsageError(
      path === undefined
        ? 'name an index, or runs to score with --run FILE'
        : '--run scores a run without an index; leave the index out',
    );
  }
  if (options.items !== undefined && !options.self)
    throw new UsageError('--items is how many documents --self looks for: add --self');
  if (options.report === '-') throw new UsageError('--report writes a page: name a file');
  const fusions = (options.fusion ?? []).map(parseFusion);
  const index = path === undefined ? undefined : openReader(path);
  const runner = index && openRunner(index, options.threads);
  const progress = new Progress(terminal);
  const saved = options.saveRun === undefined ? undefined : new LineFile(options.saveRun, terminal);
  const page = options.report === undefined ? undefined : new LineFile(options.report, terminal);
  const embedder = index && openQueryEmbedder(index, options, options.branches, { terminal, signal });
  const details: EvalDetails = { perQuery: new Map(), times: new Map() };
  let report: EvalReport;
  try {
    report = await evaluate({
      index,
      runner,
      queries: options.queries,
      queryFormat: options.queryFormat,
      self: options.self,
      items: options.items,
      vectors: options.vectors,
      embedder,
      qrels: options.qrels,
      truth: options.truth,
      // Exact neighbours stand for the truth; where a truth is given, --exact means exact search.
      exact: options.exact && options.truth === undefined,
      tieAware: options.tieAware,
      measures: options.measure,
      assertions: options.assert,
      settings: {
        ...searchSettings(options),
        exact: options.exact && options.truth !== undefined ? true : undefined,
      },
      fusions: fusions.length > 0 || !options.eachBranch ? fusions : [parseFusion('rrf')],
      eachBranch: options.eachBranch,
      runs: options.run,
      perQuery: options.perQuery,
      baseline: options.baseline,
      maxDrops: options.maxDrop,
      seed: options.seed,
      sweep: options.sweep,
      rounds: options.rounds,
      details: page && details,
      saveRun: saved && ((line) => saved.line(line)),
      signal,
      stdin: options.queries === '-' ? terminal.io.stdin : undefined,
      onProgress: (run, done, total) =>
        progress.update((seconds) => `${run}: ${describeSteps(done, total, seconds)}`),
    });
    await embedder?.close();
    await saved?.commit();
    if (page !== undefined) {
      const { renderPage } = await import('../../report/index.js');
      const info = index && describeIndex(index);
      const subject = path ?? options.run?.join(', ') ?? '';
      page.line(renderPage({ report, details, index: info, subject, date: new Date() }).trimEnd());
      await page.commit();
      terminal.note(`report: ${options.report}`);
    }
  } finally {
    saved?.abandon();
    page?.abandon();
    progress.stop();
    embedder?.kill();
    await runner?.close();
    index?.close();
  }
  for (const warning of report.warnings) terminal.warn(warning);
  await terminal.print(inFormat(options.json ? 'json' : (options.format ?? 'table'), report, terminal));
  const failed = report.assertions.filter((assertion) => !assertion.passed);
  for (const { text, wanted, got } of failed) {
    terminal.error(
      `assertion failed: ${text}: wanted ${wanted}, got ${got === undefined ? 'nothing (not computed)' : got}`,
    );
  }
  return failed.length > 0 ? 1 : 0;
}

function inFormat(format: NonNullable<Options['format']>, report: EvalReport, terminal: Terminal): string {
  const text = {
    table: () => renderReport(report, terminal),
    json: () => JSON.stringify(report),
    markdown: () => toMarkdown(report),
    junit: () => toJunit(report),
    github: () => toGithub(report),
  }[format]();
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
