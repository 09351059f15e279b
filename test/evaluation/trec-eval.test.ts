import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { evaluateRun, formatFigure, parseMeasure, readQrels, readRun } from '../../src/evaluation/index.js';
import { shared } from '../helpers/shared.js';

const truth = shared('expected/trec_eval');

const sets = ['cisi', 'cranfield', 'npl', 'scifact'];
const runs = ['lucene.1.2', 'minisearch', 'orama'];
const cases = [...sets.flatMap((set) => runs.map((run) => [set, run])), ['cisi', 'ties-and-gaps']];

const depths = [5, 10, 15, 20, 30, 100, 200, 500, 1000];
const ours = [
  ...['map', 'gm_map', 'Rprec', 'bpref', 'recip_rank', 'ndcg', 'rbp', '11pt_avg'],
  ...['set_P', 'set_recall', 'set_F', 'num_ret', 'num_rel', 'num_rel_ret'],
  ...['P', 'recall', 'ndcg_cut', 'map_cut'].flatMap((name) => depths.map((k) => `${name}_${k}`)),
  ...[1, 5, 10].map((k) => `success_${k}`),
  ...Array.from({ length: 11 }, (_, i) => `iprec_at_recall_${(i / 10).toFixed(2)}`),
];

/** What trec_eval printed: query (or 'all') → measure → figure as text. */
function printed(file: string): Map<string, Map<string, string>> {
  const figures = new Map<string, Map<string, string>>();
  for (const line of gunzipSync(readFileSync(file)).toString().trim().split('\n')) {
    const [measure, query, figure] = line.split('\t').map((word) => word.trim());
    const of = figures.get(query) ?? new Map<string, string>();
    figures.set(query, of.set(measure, figure));
  }
  return figures;
}

describe.skipIf(truth === undefined)('measures print what trec_eval 10 prints', () => {
  it.each(cases)('%s %s', async (set, run) => {
    const folder = join(truth ?? '', set);
    const expected = printed(join(folder, `${run}.c.txt.gz`));
    const measures = ours.map(parseMeasure);
    const found = evaluateRun(
      await readRun(join(folder, `${run}.run.gz`)),
      await readQrels(join(folder, 'qrels.trec')),
      measures,
    );
    expect(found.queries).toBe(Number(expected.get('all')?.get('num_q')));
    expect(found.perQuery.size).toBe(expected.size - 1);
    expect(found.missingQueries.length).toBe(run === 'ties-and-gaps' ? 14 : 0);

    const wrong: string[] = [];
    let compared = 0;
    for (const [query, figures] of expected) {
      const values = query === 'all' ? found.means : found.perQuery.get(query);
      ours.forEach((name, i) => {
        if (name === 'gm_map' && query !== 'all') return; // trec_eval prints it for all queries only
        const wanted = figures.get(name) ?? 'absent';
        const value = values?.[measures[i].name] ?? Number.NaN;
        const got = wanted.includes('.') ? formatFigure(value) : String(value);
        compared++;
        if (got !== wanted) wrong.push(`${query} ${name}: ${wanted}, not ${got} (${value})`);
      });
    }
    expect(wrong).toEqual([]);
    expect(compared).toBe(expected.size * ours.length - (expected.size - 1));
  });
});
