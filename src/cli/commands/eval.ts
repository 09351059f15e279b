import { UsageError } from '../../errors/index.js';
import {
  type Comparison,
  type EvalReport,
  evaluate,
  formatFigure,
  openRunner,
  type RunSummary,
  toGithub,
  toJunit,
  toMarkdown,
} from '../../evaluation/index.js';
import { openReader } from '../../index/index.js';
import { parseFusion } from '../../recall/index.js';
import type { Context } from '../context.js';
import type { Terminal } from '../io.js';
import { LineFile } from '../line-file.js';
import { describeSteps, Progress } from '../progress.js';
import { type SearchFlags, searchSettings } from '../search-flags.js';
import { table } from '../table.js';
import { formatCount } from '../values.js';

interface Options extends SearchFlags {
  queries?: string;
  queryFormat?: string;
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
  json?: boolean;
  baseline?: string;
  maxDrop?: string[];
  seed?: number;
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
  const fusions = (options.fusion ?? []).map(parseFusion);
  const index = path === undefined ? undefined : openReader(path);
  const runner = index && openRunner(index, options.threads);
  const progress = new Progress(terminal);
  const saved = options.saveRun === undefined ? undefined : new LineFile(options.saveRun, terminal);
  let report: EvalReport;
  try {
    report = await evaluate({
      index,
      runner,
      queries: options.queries,
      queryFormat: options.queryFormat,
      vectors: options.vectors,
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
      saveRun: saved && ((line) => saved.line(line)),
      signal,
      stdin: options.queries === '-' ? terminal.io.stdin : undefined,
      onProgress: (run, done, total) =>
        progress.update((seconds) => `${run}: ${describeSteps(done, total, seconds)}`),
    });
    await saved?.commit();
  } finally {
    saved?.abandon();
    progress.stop();
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
    table: () => render(report, terminal),
    json: () => JSON.stringify(report),
    markdown: () => toMarkdown(report),
    junit: () => toJunit(report),
    github: () => toGithub(report),
  }[format]();
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}

/** Comparisons with the baseline: a line for each run and measure, then the queries that lost most. */
function renderComparisons(comparisons: Comparison[], { out }: Terminal): string {
  if (comparisons.length === 0) return '';
  const p = (value: number | undefined) => (value === undefined ? '-' : value.toFixed(4));
  const signed = (value: number) => `${value < 0 ? '' : '+'}${formatFigure(value)}`;
  const head = [
    'run',
    'measure',
    'baseline',
    'now',
    'difference',
    '95 % interval',
    'p (t)',
    'p (rand.)',
    'won',
    'lost',
    'same',
  ];
  const rows = comparisons.map((one) => [
    one.run ?? '',
    one.measure,
    formatFigure(one.baseline),
    formatFigure(one.candidate),
    signed(one.difference),
    one.interval ? `${signed(one.interval.low)} … ${signed(one.interval.high)}` : '-',
    p(one.adjusted?.tTest ?? one.tTest?.p),
    p(one.adjusted?.randomisation ?? one.randomisation.p),
    String(one.wins),
    String(one.losses),
    String(one.ties),
  ]);
  let text = `\n${out.bold('against the baseline')} (p-values after Holm's correction)\n`;
  text += table(
    [head, ...rows],
    head.map((_, i) => (i < 2 ? 'left' : 'right')),
  );
  for (const { run, measure, regressions } of comparisons) {
    if (regressions.length === 0) continue;
    const worst = regressions.map(
      ({ query, baseline, candidate }) => `${query} ${formatFigure(baseline)} → ${formatFigure(candidate)}`,
    );
    text += `worst of ${run} in ${measure}: ${worst.join(', ')}\n`;
  }
  return text;
}

function render(report: EvalReport, terminal: Terminal): string {
  const { out } = terminal;
  const names = [...new Set(report.runs.flatMap((run) => Object.keys(run.measures)))];
  const speed = report.runs.some((run) => run.latency !== undefined);
  const head = ['run', ...names, ...(speed ? ['p50 ms', 'p95 ms', 'p99 ms', 'QPS'] : [])];
  const row = (run: RunSummary) => [
    run.name,
    ...names.map((name) => (name in run.measures ? formatFigure(run.measures[name]) : '-')),
    ...(speed && run.latency
      ? [
          run.latency.p50Ms.toFixed(3),
          run.latency.p95Ms.toFixed(3),
          run.latency.p99Ms.toFixed(3),
          formatCount(Math.round(run.qps ?? 0)),
        ]
      : []),
  ];
  const [first, ...rest] = table(
    [head, ...report.runs.map(row)],
    head.map((_, i) => (i === 0 ? 'left' : 'right')),
  ).split('\n');
  let text = `${out.bold(first)}\n${rest.join('\n')}`;
  const { conditions } = report;
  const threads = conditions?.threads === 1 ? '1 thread' : `${conditions?.threads} threads`;
  text += `${formatCount(report.queries)} queries`;
  if (conditions)
    text += `; times: ${conditions.state}, ${threads}, depth ${conditions.depth}, over ${formatCount(conditions.queries)} queries after ${conditions.warmUpQueries} to warm up`;
  if (conditions && conditions.settings.length > 0) text += `; ${conditions.settings.join('; ')}`;
  text += '\n';
  for (const { text: condition, passed, got } of report.assertions) {
    text += `${passed ? out.green('passed') : out.red('failed')}  ${condition}  (got ${got === undefined ? 'nothing' : got})\n`;
  }
  text += renderComparisons(report.comparisons ?? [], terminal);
  if (report.perQuery) {
    const rows = Object.entries(report.perQuery).map(([id, values]) => [
      id,
      ...names.map((name) => (name in values ? formatFigure(values[name]) : '-')),
    ]);
    text += `\n${table([['query', ...names], ...rows], ['left', ...names.map(() => 'right' as const)])}`;
  }
  return text;
}
