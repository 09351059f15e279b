// results.json, README.md and a curve for each set.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { markdown } from './markdown.mjs';
import { curveSvg } from './svg.mjs';

/** @param folder where to, or undefined to write nothing @returns the Markdown */
export function writeResults(result, folder) {
  const page = markdown(result);
  if (folder === undefined) return page;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'results.json'), `${JSON.stringify(result, undefined, 1)}\n`);
  writeFileSync(join(folder, 'README.md'), page);
  for (const set of result.sets) {
    const subtitle = `${set.rows.toLocaleString('en-US')} × ${set.dim}, ${set.metric}; ${result.machine.cpu}; ${result.date}`;
    const svg = curveSvg(set.name, subtitle, set.engines);
    writeFileSync(join(folder, `curve-${set.name.replaceAll('/', '-')}.svg`), svg);
  }
  return page;
}
