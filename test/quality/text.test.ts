import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ok, scratch } from '../helpers/cli.js';
import { shared } from '../helpers/shared.js';

const cwd = scratch();

/** nDCG@10 that the reference chain (Porter's stemmer, 33 stop words, exact BM25) reaches on the set. */
const reference: Record<string, number> = { cranfield: 0.359, scifact: 0.6827, cisi: 0.3845, npl: 0.4315 };

describe.each(Object.entries(reference))('%s', (name, wanted) => {
  const data = shared(`data/${name}`);

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
