import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { fixtures, ok, scratch, shortlist } from '../helpers/cli.js';
import { seeded } from '../helpers/random.js';
import { digests } from '../helpers/tree.js';

const cwd = scratch();
const DOCUMENTS = 3000;

/** Pages of thirty topics in no order, with a keyword and a vector each. */
function corpus(): string {
  const next = seeded(11);
  const lines = Array.from({ length: DOCUMENTS }, (_, i) => {
    const topic = Math.floor(next() * 30);
    const words = Array.from({ length: 40 }, () =>
      next() < 0.7 ? `t${topic}w${Math.floor(60 * next() ** 2)}` : `w${Math.floor(400 * next() ** 2)}`,
    );
    return JSON.stringify({
      _id: `d${i}`,
      title: words.slice(0, 3).join(' '),
      text: words.join(' '),
      kind: i % 3 === 0 ? 'odd' : 'even',
      emb: [topic, next() * 5, next() * 5, next()],
    });
  });
  // One record is no document: rows have a hole.
  lines.splice(700, 0, '{"text": "no id"}');
  return lines.join('\n');
}

const flags = ['--lang', 'none', '--on-error', 'skip', '--keyword', 'kind', '--vector', 'emb', '-q'];
const plain = join(cwd, 'plain.index');
const ordered = join(cwd, 'ordered.index');

beforeAll(() => {
  writeFileSync(join(cwd, 'corpus.jsonl'), corpus());
  ok(['build', 'corpus.jsonl', '-o', plain, ...flags], { cwd });
  ok(['build', 'corpus.jsonl', '-o', ordered, ...flags, '--reorder'], { cwd });
});

/** All hits of a query by id, so that equal scores may stand in any order. */
function hits(index: string, args: string[]): [string, number][] {
  const { stdout } = ok(['query', index, ...args, '-k', String(DOCUMENTS), '--json']);
  const found = JSON.parse(stdout).results[0].hits as { id: string; score: number }[];
  return found.map(({ id, score }): [string, number] => [id, score]).sort(([a], [b]) => (a < b ? -1 : 1));
}

describe('build --reorder', () => {
  it.each([
    [['t3w1 w2 w7', '--branches', 'text']],
    [['t3w1 w2', '--operator', 'all', '--branches', 'text']],
    [['"w1 w0"', '--branches', 'text']],
    [['+t5w0 -w3 title:w1', '--syntax', 'query', '--branches', 'text']],
    [['t1w0 w5', '--filter', 'kind=odd', '--branches', 'text']],
    [['w0 w1', '--scoring', 'bm25f:title=2', '--branches', 'text']],
    [['--like', 'd99', '--exact', '--branches', 'emb']],
  ])('answers %j as an index in the order of the input does', (args) => {
    const expected = hits(plain, args);
    expect(expected.length).toBeGreaterThan(0);
    expect(hits(ordered, args)).toEqual(expected);
  });

  it('makes lists smaller and is sound', () => {
    const postings = (index: string) => {
      const { segments } = JSON.parse(ok(['info', index, '--json']).stdout);
      return segments[0].arrays.find(({ name }: { name: string }) => name === 'text/postings').bytes;
    };
    expect(postings(ordered)).toBeLessThan(0.85 * postings(plain));
    ok(['check', ordered]);
  });

  it('leaves rows of the input where truth finds them', () => {
    const truth = join(cwd, 'truth.ivecs');
    const queries = join(cwd, 'queries.jsonl');
    const asked = [1, 699, 700, 701, 2999];
    // The nearest of a document is itself; behind record 700, which was no document, rows are one more.
    const words = asked.flatMap((i) => [1, i < 700 ? i : i + 1]);
    writeFileSync(truth, new Uint8Array(Int32Array.from(words).buffer));
    const lines = corpus().split('\n');
    const vectors = asked.map((i) => JSON.parse(lines[i < 700 ? i : i + 1]).emb);
    writeFileSync(queries, vectors.map((emb, i) => JSON.stringify({ _id: `q${i}`, emb })).join('\n'));
    for (const index of [plain, ordered]) {
      // Assertions that do not hold end with 1.
      const measure = ['-m', 'recall@1', '--assert', 'recall@1>=1', '--ef-search', '400'];
      ok(['eval', index, '--queries', queries, '--truth', truth, ...measure]);
    }
  });

  it('leaves the same bytes on any threads and memory', () => {
    const built = [
      ['--threads', '1', '--memory', '1GiB'],
      ['--threads', '2', '--memory', '48MiB'],
    ].map((settings, i) => {
      const output = join(cwd, `same-${i}.index`);
      ok(
        ['build', 'corpus.jsonl', '-o', output, ...flags, '--reorder', '--segment-docs', '1400', ...settings],
        {
          cwd,
        },
      );
      return digests(output);
    });
    expect(Object.keys(built[0]).length).toBeGreaterThan(3);
    expect(built[1]).toEqual(built[0]);
  });

  it('is refused where there is no text, with the mend', () => {
    const output = join(cwd, 'none.index');
    const { code, stderr } = shortlist(['build', `${fixtures}vectors/base.bvecs`, '-o', output, '--reorder']);
    expect(code).toBe(2);
    expect(stderr).toContain('--reorder goes by the terms of texts, and no field is text; leave it out');
  });
});
