import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { fixtures, ok, scratch, shortlist } from '../helpers/cli.js';

const cwd = scratch();
const articles = `${fixtures}articles`;
const hybrid = join(cwd, 'hybrid.index');
const joined = (name: string, ids: string) =>
  `emb=${articles}/vectors/${name}.fvecs,ids=${articles}/vectors/${ids}.txt`;
const vectors = ['--vectors', joined('query', 'query_ids')];

interface Hit {
  id: string;
  rank: number;
  score: number;
  branches: unknown;
}
/** The hits of each query of the fixture. */
const answers = (...flags: string[]): Hit[][] =>
  ok(['query', hybrid, '--queries', `${articles}/queries.jsonl`, ...flags])
    .stdout.trim()
    .split('\n')
    .map((line) => JSON.parse(line).hits);

beforeAll(() => {
  ok(['build', articles, '--vectors', joined('base', 'ids'), '-o', hybrid, '-q']);
});

describe.each([
  ['one branch', ['--branches', 'text']],
  ['one branch, in threads', ['--branches', 'text', '--threads', '2']],
  ['several fused', vectors],
  ['several fused by score', [...vectors, '--fusion', 'minmax']],
])('pages of %s', (_, flags) => {
  it('follow on each other, and together are the whole list', () => {
    const whole = answers(...flags, '-k', '30');
    const pages = [0, 7, 14, 21].map((offset) => answers(...flags, '-k', '7', '--offset', String(offset)));
    for (const [q, hits] of whole.entries())
      expect(pages.flatMap((page) => page[q])).toEqual(hits.slice(0, 28));
    expect(answers(...flags, '-k', '5', '--offset', '1000').flat()).toEqual([]);
  });

  it('end at the lowest score wanted', () => {
    const whole = answers(...flags, '-k', '30');
    const least = whole[0][4].score;
    const above = answers(...flags, '-k', '30', '--min-score', String(least));
    expect(above).toEqual(whole.map((hits) => hits.filter(({ score }) => score >= least)));
    expect(above[0].length).toBeGreaterThanOrEqual(5);
    const second = answers(...flags, '-k', '3', '--offset', '3', '--min-score', String(least));
    expect(second).toEqual(above.map((hits) => hits.slice(3, 6)));
  });
});

describe('few hits', () => {
  const filtered = [
    'query',
    hybrid,
    'bees honey',
    '--branches',
    'text',
    '--filter',
    'year>=1',
    '--format',
    'tsv',
  ];
  it('are no surprise above a score; beyond what a filter leaves they are one', () => {
    const { matches } = JSON.parse(ok([...filtered.slice(0, -1), 'json']).stdout).results[0];
    const page = ok([...filtered, '-k', '5', '--offset', String(matches)]);
    expect(page.stdout).toBe('');
    expect(page.stderr).toContain(`fewer documents match the filter than the ${matches + 5} asked for`);
    expect(ok([...filtered, '-k', '5', '--offset', String(matches - 5)]).stderr).toBe('');
    expect(ok([...filtered, '-k', '5000', '--min-score', '1000']).stderr).toBe('');
  });

  it('a page that is none is refused', () => {
    for (const bad of [
      ['--offset', '-1'],
      ['--offset', 'x'],
      ['--min-score', 'high'],
    ])
      expect(shortlist(['query', hybrid, 'tea', ...bad]).code).toBe(2);
  });

  it('a lowest score may be negative', () => {
    const far = ok(['query', hybrid, 'tea', '--min-score=-0.5', '-k', '3']);
    expect(far.stdout.split('\n').length).toBeGreaterThan(1);
  });
});
