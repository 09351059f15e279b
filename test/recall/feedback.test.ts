import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { fixtures, ok, scratch, shortlist } from '../helpers/cli.js';

const cwd = scratch();
const index = join(cwd, 'small.index');
const texts = [
  'red fox fox den',
  'red fox cub cub den',
  'red barn',
  'den of cubs den',
  'cub sleeps',
  ...Array.from({ length: 15 }, (_, i) => `filler number${i} here`),
];
const words = texts.map((text) => text.split(' '));
const df = (term: string) => words.filter((doc) => doc.includes(term)).length;
const tf = (doc: string[], term: string) => doc.filter((word) => word === term).length;
const average = words.flat().length / words.length;
const bm25 = (weights: Map<string, number>) =>
  words.map((doc) =>
    [...weights].reduce((sum, [term, weight]) => {
      const idf = Math.log(1 + (words.length - df(term) + 0.5) / (df(term) + 0.5));
      const f = tf(doc, term);
      return sum + (weight * idf * f) / (f + 1.2 * (0.25 + (0.75 * doc.length) / average) || 1);
    }, 0),
  );
const ranked = (scores: number[]) =>
  scores
    .map((score, doc): [string, number] => [`d${doc}`, score])
    .filter(([, score]) => score > 0)
    .sort((a, b) => b[1] - a[1] || Number(a[0].slice(1)) - Number(b[0].slice(1)));
const hits = (args: string[]) =>
  (
    JSON.parse(ok(['query', index, ...args, '--format', 'jsonl']).stdout).hits as {
      id: string;
      score: number;
    }[]
  ).map(({ id, score }): [string, number] => [id, score]);

beforeAll(() => {
  const file = join(cwd, 'small.jsonl');
  writeFileSync(file, texts.map((text, i) => JSON.stringify({ _id: `d${i}`, text })).join('\n'));
  ok(['build', file, '-o', index, '-q', '--lang', 'none']);
});

describe('--feedback rm3', () => {
  it('adds what the best documents are about, in proportion', () => {
    const first = bm25(
      new Map([
        ['red', 1],
        ['fox', 1],
      ]),
    );
    const best = ranked(first).slice(0, 2);
    expect(best.map(([id]) => id)).toEqual(['d0', 'd1']);
    const scores = best.reduce((sum, [, score]) => sum + score, 0);
    const model = new Map<string, number>();
    for (const [id, score] of best) {
      const doc = words[Number(id.slice(1))];
      for (const word of new Set(doc))
        model.set(word, (model.get(word) ?? 0) + ((tf(doc, word) / doc.length) * score) / scores);
    }
    // 'red' and 'den' are in three documents of 20: more than a tenth.
    const kept = [...model].filter(([term]) => df(term) <= 2).sort((a, b) => b[1] - a[1]);
    expect(kept.map(([term]) => term)).toEqual(['fox', 'cub']);
    const sum = kept.reduce((total, [, weight]) => total + weight, 0);
    const weights = new Map([
      ['red', 0.6],
      ['fox', 0.6 + (0.4 * 2 * kept[0][1]) / sum],
      ['cub', (0.4 * 2 * kept[1][1]) / sum],
    ]);
    const wanted = ranked(bm25(weights));
    const found = hits(['red fox', '--feedback', 'rm3:docs=2,terms=2,weight=0.6']);
    expect(found.map(([id]) => id)).toEqual(wanted.map(([id]) => id));
    expect(found.map(([id]) => id)).toContain('d4');
    for (const [i, [, score]] of found.entries()) expect(score).toBeCloseTo(wanted[i][1], 12);
  });

  it('is the plain search with all weight on the query, or with nothing found', () => {
    expect(hits(['red fox', '--feedback', 'rm3:weight=1'])).toEqual(hits(['red fox']));
    expect(hits(['nowhere', '--feedback', 'rm3'])).toEqual([]);
  });

  it('goes with a filter, scorings and batches, and is explained', () => {
    const articles = join(cwd, 'articles.index');
    ok(['build', `${fixtures}articles`, '-o', articles, '-q']);
    const args = ['--feedback', 'rm3:terms=5', '--scoring', 'ql', '--filter', 'year>=2010', '--explain'];
    const { stdout } = ok(['query', articles, 'honey bees', ...args, '--format', 'jsonl']);
    const line = JSON.parse(stdout);
    expect(line.notes.join()).toMatch(/feedback of 8 documents: \S+ 0\.\d{3}, /);
    const [{ score, explain }] = line.hits;
    const parts = explain.branches.text.details.map((detail: { score: number }) => detail.score);
    expect(parts.reduce((sum: number, part: number) => sum + part, 0)).toBeCloseTo(score, 12);
    const batch = ok(['query', articles, '--queries', '-', ...args], {
      input: '{"_id":"0","text":"honey bees"}\n',
    });
    expect(JSON.parse(batch.stdout).hits).toEqual(line.hits);
  });

  it.each([
    [['--feedback', 'rocchio'], "'rocchio' is no method"],
    [['--feedback', 'rm3:docs=0'], 'docs is from 1 to 1000'],
    [['--feedback', 'rm3:weight=1.5'], 'weight is from 0 to 1'],
    [['--feedback', 'rm3:depth=3'], "'depth=3' is not known"],
    [['--feedback', 'rm3', '--operator', 'all'], '--feedback widens plain queries'],
    [['--feedback', 'rm3', '--syntax', 'query'], '--feedback widens plain queries'],
  ])('%j is refused', (args, message) => {
    const { code, stderr } = shortlist(['query', index, 'red', ...args]);
    expect([code, stderr.includes(message)], stderr).toEqual([2, true]);
  });

  it('needs the text of documents', () => {
    const bare = join(cwd, 'bare.index');
    ok(['build', join(cwd, 'small.jsonl'), '-o', bare, '-q', '--lang', 'none', '--no-store']);
    const { code, stderr } = shortlist(['query', bare, 'red', '--feedback', 'rm3']);
    expect([code, stderr.includes('does not store')]).toEqual([2, true]);
  });
});
