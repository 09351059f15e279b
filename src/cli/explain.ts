import type { HitExplanation } from '../recall/index.js';

/** An explanation as lines for a person: fusion first, then each branch with its details. */
export function renderExplanation(explanation: HitExplanation): string[] {
  const lines: string[] = [];
  if (explanation.fusion) {
    const { method, contributions } = explanation.fusion;
    const parts = contributions.map(
      ({ branch, rank, weight, value }) => `${branch} rank ${rank} × weight ${weight} → ${short(value)}`,
    );
    lines.push(`${method}: ${parts.join(' + ')}`);
  }
  for (const [name, branch] of Object.entries(explanation.branches)) {
    lines.push(`${name}: ${branch.summary}`);
    for (const detail of branch.details) {
      lines.push(
        `  ${Object.entries(detail)
          .map(([key, value]) => `${key} ${short(value)}`)
          .join(', ')}`,
      );
    }
  }
  return lines;
}

function short(value: unknown): string {
  if (typeof value === 'number' && !Number.isInteger(value))
    return value.toPrecision(6).replace(/\.?0+$/, '');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
