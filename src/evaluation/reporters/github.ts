import { formatFigure } from '../figure.js';
import type { EvalReport } from '../report.js';

/**
 * A report as workflow commands of GitHub Actions: an error for each assertion that did not hold, warnings, and a notice
 * with the figures.
 */
export function toGithub(report: EvalReport): string {
  const lines: string[] = [];
  for (const { text, wanted, got, passed } of report.assertions) {
    if (!passed) lines.push(command('error', text, `wanted ${wanted}, got ${got ?? 'nothing'}`));
  }
  for (const warning of report.warnings) lines.push(command('warning', 'shortlist eval', warning));
  for (const {
    run,
    measure,
    difference,
    randomisation,
    adjusted,
    losses,
    regressions,
  } of report.comparisons ?? []) {
    if (difference >= 0 || regressions.length === 0) continue;
    const p = adjusted?.randomisation ?? randomisation.p;
    const worst = regressions.map(({ query }) => query).join(', ');
    lines.push(
      command(
        'notice',
        `${measure} fell`,
        `${run ?? report.primary}: ${difference.toFixed(4)} (p ${p.toPrecision(2)}), ${losses} queries lost, worst: ${worst}`,
      ),
    );
  }
  const figures = Object.entries(report.measures).map(([name, value]) => `${name} ${formatFigure(value)}`);
  lines.push(command('notice', report.primary, `${figures.join(', ')} over ${report.queries} queries`));
  return `${lines.join('\n')}\n`;
}

function command(kind: 'error' | 'warning' | 'notice', title: string, message: string): string {
  return `::${kind} title=${escapeProperty(title)}::${escapeData(message)}`;
}

function escapeData(text: string): string {
  return text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replace(/:/g, '%3A').replace(/,/g, '%2C');
}
