import {
  type Comparison,
  type EvalReport,
  formatFigure,
  type RunSummary,
  type SweepReport,
} from '../evaluation/index.js';
import type { Terminal } from './io.js';
import { plot } from './plot.js';
import { table } from './table.js';
import { formatCount } from './values.js';

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

/** A report for people: runs side by side, what they were timed under, gates, and comparisons. */
export function renderReport(report: EvalReport, terminal: Terminal): string {
  const { out } = terminal;
  const names = [...new Set(report.runs.flatMap((run) => Object.keys(run.measures)))];
  const speed = report.runs.some((run) => run.latency !== undefined);
  const { sweep } = report;
  const front = new Set(sweep?.front);
  const head = [
    'run',
    ...names,
    ...(speed ? ['p50 ms', 'p95 ms', 'p99 ms', 'QPS'] : []),
    ...(sweep ? ['least … most', ''] : []),
  ];
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
    ...(sweep
      ? [rangeOf(run), run.name === sweep.chosen ? '← chosen' : front.has(run.name) ? 'on the front' : '']
      : []),
  ];
  const [first, ...rest] = table(
    [head, ...report.runs.map(row)],
    head.map((_, i) => (i === 0 || (sweep && i === head.length - 1) ? 'left' : 'right')),
  ).split('\n');
  let text = `${out.bold(first)}\n${rest.join('\n')}`;
  const { conditions } = report;
  const threads = conditions?.threads === 1 ? '1 thread' : `${conditions?.threads} threads`;
  if (sweep) text += renderSweep(report, sweep, terminal);
  text += `${formatCount(report.queries)} queries`;
  if (conditions)
    text += `; times: ${conditions.state}, ${threads}, depth ${conditions.depth}, over ${formatCount(conditions.queries)} queries after ${conditions.warmUpQueries} to warm up${conditions.rounds ? `, median of ${conditions.rounds} rounds` : ''}`;
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

function rangeOf({ qpsRange }: RunSummary): string {
  if (qpsRange === undefined) return '';
  return [qpsRange.least, qpsRange.most].map((qps) => formatCount(Math.round(qps))).join(' … ');
}

/** What to use, and the points against each other. */
function renderSweep(report: EvalReport, sweep: SweepReport, { out }: Terminal): string {
  const points = report.runs.map((run) => ({
    name: run.name,
    x: run.measures[sweep.measure] ?? Number.NaN,
    y: run.qps ?? Number.NaN,
    mark: run.name === sweep.chosen ? '◆' : undefined,
  }));
  const front = sweep.front.flatMap((name) => points.filter((point) => point.name === name));
  const drawn = plot(points, front, { x: sweep.measure, y: 'QPS' });
  const chosen = report.runs.find((run) => run.name === sweep.chosen);
  const what =
    sweep.target === undefined
      ? `best ${sweep.measure}`
      : `fastest with ${sweep.measure} of at least ${sweep.target}`;
  const line =
    chosen === undefined
      ? `${what}: none\n`
      : `${what}: ${out.bold(chosen.name)} (${formatFigure(chosen.measures[sweep.measure])}, ${formatCount(Math.round(chosen.qps ?? 0))} QPS)\n`;
  return `${drawn === '' ? '' : `\n${drawn}\n`}${line}`;
}
