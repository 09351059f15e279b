import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openVectors } from '../../src/records/index.js';
import { ok, scratch } from '../helpers/cli.js';
import { shared } from '../helpers/shared.js';

const cwd = scratch();
const sets = [
  { name: 'fashion-mnist-784', base: 'base.bvecs.gz', query: 'query.bvecs', metric: 'l2' },
  { name: 'sift-128-200k', base: 'base.bvecs.gz', query: 'query.bvecs', metric: 'l2' },
  { name: 'glove-100', base: 'base.fvecs.gz', query: 'query.fvecs', metric: 'cosine' },
];

/** All values of a small vectors file, row by row. */
async function rows(path: string): Promise<ArrayLike<number>[]> {
  const source = await openVectors(path);
  const out: ArrayLike<number>[] = [];
  for await (const { values, integers, count } of source.batches()) {
    const from = integers ?? values;
    for (let i = 0; i < count; i++) out.push(from.slice(i * source.dim, (i + 1) * source.dim));
  }
  return out;
}

describe.each(sets)('$name', ({ name, base, query, metric }) => {
  const data = shared(`data/${name}`);
  const index = (kind: string) => join(cwd, `${name}.${kind}.index`);

  it.skipIf(data === undefined)(
    'flat search equals the supplied neighbours at every rank, up to equal distances',
    async () => {
      ok([
        'build',
        `${data}/${base}`,
        '-o',
        index('flat'),
        '--metric',
        metric,
        '--vector-index',
        'flat',
        '-q',
      ]);
      const lines = ok([
        'query',
        index('flat'),
        '--queries',
        `${data}/${query}`,
        '-k',
        '100',
        '--threads',
        '2',
      ])
        .stdout.trim()
        .split('\n');
      const truth = await rows(`${data}/gt.ivecs`);
      const distances = await rows(`${data}/gt_dist.fvecs`);
      expect(lines).toHaveLength(truth.length);
      let swapped = 0;
      lines.forEach((line, q) => {
        const { hits } = JSON.parse(line) as { hits: { id: string; score: number }[] };
        expect(hits).toHaveLength(100);
        hits.forEach(({ id, score }, i) => {
          const distance = metric === 'cosine' ? 1 - score : -score;
          // Every rank has the true distance, to what float32 can tell.
          expect(Math.abs(distance - distances[q][i])).toBeLessThanOrEqual(
            1e-6 * Math.max(1, distances[q][i]),
          );
          if (Number(id) !== truth[q][i]) swapped++;
        });
      });
      process.stdout.write(
        `${name}: flat: ${swapped} of ${lines.length * 100} ranks hold another row of equal distance\n`,
      );
    },
  );

  it.skipIf(data === undefined).each([
    ['hnsw:M=16,efConstruction=200', ['--ef-search', '400']],
    ['ivf', ['--nprobe', '400']],
  ])('%s reaches recall@10 >= 0.99', (spec, knobs) => {
    const kind = spec.split(':')[0];
    const built = JSON.parse(
      ok([
        'build',
        `${data}/${base}`,
        '-o',
        index(kind),
        '--metric',
        metric,
        '--vector-index',
        spec,
        '-q',
        '--json',
      ]).stdout,
    );
    const flags = [
      '--queries',
      `${data}/${query}`,
      '--truth',
      `${data}/gt.ivecs`,
      '-m',
      'recall@10',
      '--json',
      '-q',
    ];
    const { measures, qps } = JSON.parse(ok(['eval', index(kind), ...flags, ...knobs]).stdout);
    process.stdout.write(
      `${name}: ${spec} ${knobs.join(' ')}: recall@10 ${measures['recall@10'].toFixed(4)}, ${Math.round(qps)} QPS, built in ${built.seconds.toFixed(1)} s\n`,
    );
    expect(measures['recall@10']).toBeGreaterThanOrEqual(0.99);
    ok(['check', index(kind)]);
  });
});
