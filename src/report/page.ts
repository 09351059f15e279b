import { type EvalDetails, type EvalReport, formatFigure, type RunSummary } from '../evaluation/index.js';
import type { IndexInfo } from '../index/index.js';
import { VERSION } from '../version.js';
import { type Chart, figure } from './chart.js';
import { anatomyChart } from './charts/anatomy.js';
import { changesChart, comparisonTable, intervalChart } from './charts/comparison.js';
import { distributionChart, latencyChart } from './charts/histograms.js';
import { speedChart } from './charts/speed.js';
import { escapeText, short, table } from './markup.js';
import { STYLE } from './style.js';

export interface PageContent {
  report: EvalReport;
  /** What evaluate() gathered beside the figures. */
  details: EvalDetails;
  /** Of the index that answered; absent for runs from files. */
  index?: IndexInfo;
  /** What was evaluated: a path. */
  subject: string;
  /** When: shown as a day. */
  date: Date;
}

/** Queries listed as those with the lowest figures. */
const LISTED = 20;

interface Section {
  id: string;
  title: string;
  body: string;
}

/**
 * An evaluation as one HTML file that needs no network and no script: runs, speed against quality, how queries differ, how
 * long they take, the comparison with a baseline, what the index is made of. Sections that have no figures are left out.
 */
export function renderPage({ report, details, index, subject, date }: PageContent): string {
  const sections = [
    { id: 'runs', title: 'Runs', body: runsBody(report) },
    chartSection('curve', 'Quality against speed', [speedChart(report)]),
    { id: 'baseline', title: 'Against the baseline', body: baselineBody(report, details) },
    { id: 'distribution', title: 'Query by query', body: queriesBody(report, details) },
    chartSection('times', 'Latency', latencyCharts(report, details)),
    chartSection('index', 'Index', index === undefined ? [] : [anatomyChart(index)]),
  ].filter((section): section is Section => section.body !== '');
  const contents = sections.map(({ id, title }) => `<li><a href="#${id}">${escapeText(title)}</a></li>`);
  const title = `Evaluation of ${subject}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="generator" content="shortlist ${VERSION}">
<link rel="icon" href="data:,">
<title>${escapeText(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${escapeText(title)}</h1>
<p class="dim">${escapeText(conditionsLine(report, date))}</p>
<nav aria-label="Sections"><ul>${contents.join('')}</ul></nav>
</header>
<main>
${figuresList(report)}
${gates(report)}
${warnings(report)}
${sections.map(({ id, title, body }) => `<section aria-labelledby="${id}">\n<h2 id="${id}">${escapeText(title)}</h2>\n${body}\n</section>`).join('\n')}
</main>
<footer><p>Made by shortlist ${VERSION}.</p></footer>
</body>
</html>
`;
}

function chartSection(id: string, title: string, charts: (Chart | undefined)[]): Section {
  const drawn = charts.filter((chart) => chart !== undefined).map(figure);
  return { id, title, body: drawn.join('\n') };
}

function conditionsLine({ queries, conditions, primary }: EvalReport, date: Date): string {
  const parts = [
    date.toISOString().slice(0, 10),
    `${queries.toLocaleString('en-US')} queries`,
    `figures of ${primary}`,
  ];
  if (conditions !== undefined) {
    const { threads, depth, rounds, state, settings } = conditions;
    parts.push(`times: ${state}, ${threads} thread${threads === 1 ? '' : 's'}, depth ${depth}`);
    if (rounds !== undefined) parts.push(`median of ${rounds} rounds`);
    parts.push(...settings);
  }
  return `${parts.join('; ')}.`;
}

function figuresList({ measures, latency, qps }: EvalReport): string {
  const figures = Object.entries(measures).map(([name, value]) => [name, formatFigure(value)]);
  if (qps !== undefined) figures.push(['queries per second', short(qps)]);
  if (latency !== undefined) figures.push(['p95 ms', short(latency.p95Ms)]);
  return `<dl class="figures">${figures.map(([name, value]) => `<div><dt>${escapeText(name)}</dt><dd>${escapeText(value)}</dd></div>`).join('')}</dl>`;
}

function gates({ assertions }: EvalReport): string {
  if (assertions.length === 0) return '';
  const items = assertions.map(({ text, wanted, got, passed }) => {
    const said = passed ? `held: ${got}` : `failed: wanted ${wanted}, got ${got ?? 'nothing'}`;
    return `<li><code>${escapeText(text)}</code> <span class="${passed ? 'held' : 'failed'}">${escapeText(said)}</span></li>`;
  });
  return `<section aria-labelledby="gates"><h2 id="gates">Conditions</h2><ul class="gates">${items.join('')}</ul></section>`;
}

function warnings({ warnings: list }: EvalReport): string {
  if (list.length === 0) return '';
  const items = list.map((warning) => `<p>${escapeText(warning)}</p>`);
  return `<section aria-labelledby="warnings"><h2 id="warnings">Warnings</h2><div class="warnings">${items.join('')}</div></section>`;
}

function runsBody(report: EvalReport): string {
  const names = [...new Set(report.runs.flatMap((run) => Object.keys(run.measures)))];
  const timed = report.runs.some((run) => run.latency !== undefined);
  const row = (run: RunSummary) => [
    run.name,
    ...names.map((name) => (name in run.measures ? formatFigure(run.measures[name]) : '–')),
    ...(timed && run.latency
      ? [
          ...[run.latency.p50Ms, run.latency.p95Ms, run.latency.p99Ms].map((ms) => ms.toFixed(3)),
          short(run.qps ?? 0),
        ]
      : []),
  ];
  const body = table('Runs', {
    head: ['run', ...names, ...(timed ? ['p50 ms', 'p95 ms', 'p99 ms', 'QPS'] : [])],
    rows: report.runs.map(row),
    marked: report.runs.length > 1 ? report.runs.findIndex(({ name }) => name === report.primary) : undefined,
  });
  return report.runs.length > 1 ? `${body}<p class="dim">Marked: ${escapeText(report.primary)}.</p>` : body;
}

function baselineBody(
  { comparisons = [], primary }: EvalReport,
  { perQuery, baseline }: EvalDetails,
): string {
  if (comparisons.length === 0) return '';
  const own = perQuery.get(primary) ?? {};
  const changes = comparisons
    .filter(({ run }) => run === undefined || run === primary)
    .map(({ measure }, i) => {
      const pairs = Object.keys(own).filter(
        (query) => Number.isFinite(own[query][measure]) && Number.isFinite(baseline?.[query]?.[measure]),
      );
      const differences = pairs.map((query) => own[query][measure] - (baseline?.[query][measure] as number));
      return differences.length === 0 ? '' : figure(changesChart(measure, differences, i));
    });
  const worst = comparisons
    .filter(({ regressions }) => regressions.length > 0)
    .map(({ run, measure, regressions }) => {
      const list = regressions.map(
        ({ query, baseline: from, candidate }) =>
          `${query} ${formatFigure(from)} → ${formatFigure(candidate)}`,
      );
      return `<li>${escapeText(`${measure}${run === undefined ? '' : ` of ${run}`}: ${list.join(', ')}`)}</li>`;
    });
  return [
    table('Comparison', comparisonTable(comparisons)),
    '<p class="dim">Differences of means over queries that both have; p-values after Holm\'s correction.</p>',
    figure(intervalChart(comparisons)),
    ...changes,
    worst.length === 0 ? '' : `<h3>Queries that lost most</h3><ul class="gates">${worst.join('')}</ul>`,
  ].join('\n');
}

function queriesBody({ primary, measures }: EvalReport, { perQuery }: EvalDetails): string {
  const own = Object.entries(perQuery.get(primary) ?? {});
  if (own.length === 0) return '';
  const names = Object.keys(measures);
  const charts = names.flatMap((measure, i) => {
    const values = own.map(([, figures]) => figures[measure]).filter((value) => Number.isFinite(value));
    return values.length === 0 ? [] : [figure(distributionChart(measure, values, i))];
  });
  const lowest = own
    .filter(([, figures]) => Number.isFinite(figures[names[0]]))
    .sort((a, b) => a[1][names[0]] - b[1][names[0]])
    .slice(0, LISTED);
  const listed = table(`Queries with the lowest ${names[0]}`, {
    head: ['query', ...names],
    rows: lowest.map(([query, figures]) => [
      query,
      ...names.map((name) => (Number.isFinite(figures[name]) ? formatFigure(figures[name]) : '–')),
    ]),
  });
  return `${charts.join('\n')}
<details><summary>The ${lowest.length} of ${own.length.toLocaleString('en-US')} queries with the lowest ${escapeText(names[0])}</summary>
${listed}
</details>`;
}

function latencyCharts({ primary, latency }: EvalReport, { times }: EvalDetails): Chart[] {
  const own = times.get(primary);
  return own === undefined || own.length === 0 || latency === undefined
    ? []
    : [latencyChart(primary, own, latency)];
}
