import { formatFigure } from '../figure.js';
import type { EvalReport } from '../report.js';

/** A report as GitHub-flavoured Markdown: a table of runs, comparisons with the baseline, gates, warnings. */
export function toMarkdown(report: EvalReport): string {
  const measures = [...new Set(report.runs.flatMap((run) => Object.keys(run.measures)))];
  const timed = report.runs.some((run) => run.latency !== undefined);
  const parts: string[] = [];
  const head = ['run', ...measures, ...(timed ? ['p50 ms', 'p95 ms', 'QPS'] : [])];
  const rows = report.runs.map((run) => [
    run.name === report.primary && report.runs.length > 1 ? `**${cell(run.name)}**` : cell(run.name),
    ...measures.map((measure) => (Object.hasOwn(run.measures, measure) ? figure(run.measures[measure]) : '')),
    ...(timed
      ? [run.latency?.p50Ms.toFixed(3) ?? '', run.latency?.p95Ms.toFixed(3) ?? '', run.qps?.toFixed(0) ?? '']
      : []),
  ]);
  parts.push(table(head, rows), `${report.queries} queries.`);
  const comparisons = report.comparisons ?? [];
  if (comparisons.length > 0) {
    parts.push('### Against the baseline');
    parts.push(
      table(
        [
          'run',
          'measure',
          'baseline',
          'now',
          'difference',
          `${Math.round(100 * (comparisons.find((one) => one.interval)?.interval?.confidence ?? 0.95))} %`,
          'p (t)',
          'p (randomisation)',
          'won / lost / same',
        ],
        comparisons.map((one) => [
          cell(one.run ?? ''),
          cell(one.measure),
          figure(one.baseline),
          figure(one.candidate),
          signed(one.difference),
          one.interval === undefined ? '' : `${signed(one.interval.low)} … ${signed(one.interval.high)}`,
          probability(one.adjusted?.tTest ?? one.tTest?.p),
          probability(one.adjusted?.randomisation ?? one.randomisation.p),
          `${one.wins} / ${one.losses} / ${one.ties}`,
        ]),
      ),
    );
    for (const { run, measure, regressions } of comparisons) {
      if (regressions.length === 0) continue;
      const list = regressions.map(({ query, difference }) => `\`${code(query)}\` ${signed(difference)}`);
      parts.push(
        `Worst in ${cell(measure)}${run === undefined ? '' : ` of ${cell(run)}`}: ${list.join(', ')}`,
      );
    }
  }
  if (report.assertions.length > 0) {
    parts.push(
      report.assertions
        .map(({ text, wanted, got, passed }) =>
          passed
            ? `- ✅ \`${code(text)}\`: ${got}`
            : `- ❌ \`${code(text)}\`: wanted ${wanted}, got ${got ?? 'nothing'}`,
        )
        .join('\n'),
    );
  }
  if (report.warnings.length > 0)
    parts.push(report.warnings.map((warning) => `> ⚠️ ${cell(warning)}`).join('\n>\n'));
  return `${parts.join('\n\n')}\n`;
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [line(head.map(cell)), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join(
    '\n',
  );
}

/** Text of ours or a user's, without a meaning in Markdown. */
function cell(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_[\]<>|#~]/g, '\\$&');
}

function code(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/`/g, 'ˋ').replace(/\|/g, '\\|');
}

const figure = formatFigure;

function signed(value: number): string {
  return `${value > 0 ? '+' : ''}${value.toFixed(4)}`;
}

function probability(p: number | undefined): string {
  if (p === undefined) return '';
  return p < 0.0001 ? '< 0.0001' : p.toFixed(4);
}
