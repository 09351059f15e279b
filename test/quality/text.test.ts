import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ok, scratch } from '../helpers/cli.js';
import { shared } from '../helpers/shared.js';

const cwd = scratch();

/**
 * nDCG@10, AP and R@100 that other engines with exact lengths (lunr, wink) reached on the set when they were given the
 * terms of Porter's first stemmer and Lucene's 33 stop words; scored by trec_eval, over all judged queries.
 */
const reference: Record<string, [ndcg: number, ap: number, recall: number]> = {
  cranfield: [0.359, 0.2957, 0.732],
  scifact: [0.6827, 0.6399, 0.9282],
  cisi: [0.3845, 0.2191, 0.4461],
  npl: [0.4315, 0.2853, 0.6007],
};

describe.each(Object.entries(reference))('%s', (name, peers) => {
  const data = shared(`data/${name}`);
  const [wanted] = peers;

  it.skipIf(data === undefined)("with the peers' analyser: their nDCG@10, AP and R@100, to 0.002", () => {
    const index = join(cwd, `${name}-porter1.index`);
    ok(['build', data as string, '-o', index, '-q', '--lang', 'en', '--stemmer', 'porter1']);
    const flags = ['--queries', `${data}/queries.jsonl`, '--qrels', `${data}/qrels/test.tsv`];
    const measures = ['-m', 'nDCG@10', '-m', 'AP', '-m', 'R@100'];
    const { stdout } = ok(['eval', index, ...flags, ...measures, '--json', '-q']);
    const found = Object.values(JSON.parse(stdout).measures as Record<string, number>);
    for (const [i, value] of found.entries())
      expect(Math.abs(value - peers[i]), `${found}`).toBeLessThan(0.002);
  });

  it.skipIf(data === undefined)(
    'the default English analyser reaches the reference nDCG@10 less 0.003',
    () => {
      const index = join(cwd, `${name}.index`);
      ok(['build', data as string, '-o', index, '-q']);
      const flags = ['--queries', `${data}/queries.jsonl`, '--qrels', `${data}/qrels/test.tsv`];
      const { stdout } = ok(['eval', index, ...flags, '-m', 'nDCG@10', '--json', '-q']);
      expect(JSON.parse(stdout).measures['nDCG@10']).toBeGreaterThanOrEqual(wanted - 0.003);
      ok(['check', index]);
    },
  );
});

describe('SciFact with supplied vectors', () => {
  const data = shared('data/scifact');

  it.skipIf(data === undefined)(
    'text, vectors and both fusions side by side; by row and by ids, the same figures',
    () => {
      const flags = [
        '--queries',
        `${data}/queries.jsonl`,
        '--qrels',
        `${data}/qrels/test.tsv`,
        '-m',
        'nDCG@10',
        '-m',
        'R@100',
        '--each-branch',
        '--fusion',
        'rrf',
        '--fusion',
        'minmax',
        '--json',
        '-q',
      ];
      const figures = ['', `,ids=${data}/lsa-128/ids.txt.gz`].map((ids, i) => {
        const index = join(cwd, `hybrid-${i}.index`);
        ok([
          'build',
          data as string,
          '--vectors',
          `emb=${data}/lsa-128/base.fvecs.gz${ids}`,
          '-o',
          index,
          '-q',
        ]);
        const queries = ids === '' ? '' : `,ids=${data}/lsa-128/query_ids.txt`;
        const report = JSON.parse(
          ok(['eval', index, '--vectors', `emb=${data}/lsa-128/query.fvecs${queries}`, ...flags]).stdout,
        );
        return report.runs.map((run: { name: string; measures: object }) => [run.name, run.measures]);
      });
      expect(figures[0].map(([name]: [string]) => name)).toEqual(['text', 'emb', 'rrf:k=60', 'minmax']);
      expect(figures[1]).toEqual(figures[0]);
    },
  );
});
