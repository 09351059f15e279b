import { describe, expect, it } from 'vitest';
import type { SegmentView } from '../../src/branch/index.js';
import { textStructure } from '../../src/inverted/index.js';
import { buildBranch, buildSegment, bytesOf, plain, schemaOf, searchAll, type Texts } from './build.js';
import { hardCorpus, hardQuery, integers } from './exhaustive.js';

interface Parameters {
  weights: number[];
  bs: number[];
  k1: number;
}

type Fields = string[][];

/** Where a phrase stands in words. */
function occurrences(words: string[], phrase: string[]): number {
  return words.filter((_, i) => phrase.every((term, t) => words[i + t] === term)).length;
}

/** BM25F as the paper has it, over all documents: [document, score], best first. */
function truth(docs: Fields[], query: string, { weights, bs, k1 }: Parameters, operator = 'any') {
  const N = docs.filter((fields) => fields.some((words) => words.length > 0)).length;
  const average = weights.map((_, f) => {
    const lengths = docs.map((fields) => fields[f].length).filter((length) => length > 0);
    return lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
  });
  const clauses = (query.match(/"[^"]*"|\S+/g) ?? []).map((part) => part.replaceAll('"', '').split(' '));
  const idf = (term: string) => {
    const df = docs.filter((fields) => fields.some((words) => words.includes(term))).length;
    return df === 0 ? 0 : Math.log(1 + (N - df + 0.5) / (df + 0.5));
  };
  const weightOf = clauses.map((terms) => terms.reduce((sum, term) => sum + idf(term), 0));
  const found: [number, number][] = [];
  for (const [doc, fields] of docs.entries()) {
    let score = 0;
    let matched = 0;
    for (const [c, terms] of clauses.entries()) {
      const frequency = fields.reduce((sum, words, f) => {
        const tf = occurrences(words, terms);
        return sum + (tf === 0 ? 0 : (weights[f] * tf) / (1 - bs[f] + (bs[f] * words.length) / average[f]));
      }, 0);
      if (frequency === 0) continue;
      matched++;
      score += weightOf[c] * (frequency / (frequency + k1));
    }
    if (matched > 0 && (operator === 'any' || matched === clauses.length)) found.push([doc, score]);
  }
  return found.sort((a, b) => b[1] - a[1] || a[0] - b[0]);
}

/** The same documents in the same order, where no two scores are within rounding; the same scores in any case. */
function expectLike(found: [number, number][], wanted: [number, number][], what: string) {
  expect(found.length, what).toBe(wanted.length);
  const scores = new Map(wanted);
  for (const [i, [doc, score]] of found.entries()) {
    expect(score, `${what}: rank ${i + 1}`).toBeCloseTo(wanted[i][1], 10);
    // Beyond the depth, ties by rounding may let another in.
    if (scores.has(doc)) expect(score, `${what}: document ${doc}`).toBeCloseTo(scores.get(doc) as number, 10);
    if (i > 0) expect(score).toBeLessThanOrEqual(found[i - 1][1]);
  }
}

const title = (words: string[]) => words.slice(0, Math.floor(words.length / 3));
const body = (words: string[]) => words.slice(Math.floor(words.length / 3));

describe('bm25f', () => {
  it('is what is worked out by hand', async () => {
    // Titles of 1, 2 and 0 words, texts of 4, 2 and 3: averages 1.5 and 3. 'bees' stands in two documents of three.
    const index = await buildBranch([
      ['bees', 'keep bees in spring'],
      ['two ants', 'no bees'],
      ['', 'ants and wasps'],
    ]);
    const idf = Math.log(1 + (3 - 2 + 0.5) / (2 + 0.5));
    const found = searchAll(index, 'bees', 10, { scoring: 'bm25f:f0=2,f0.b=0.5', k1: 1, b: 1 });
    // First: 2 · 1 / (0.5 + 0.5 · 1/1.5) + 1 / (4/3) = 2.4 + 0.75; second: 1 / (2/3) = 1.5.
    expect(found.map(([doc]) => doc)).toEqual([0, 1]);
    expect(found[0][1]).toBeCloseTo((idf * 3.15) / 4.15, 12);
    expect(found[1][1]).toBeCloseTo((idf * 1.5) / 2.5, 12);
  });

  it('of one field is BM25', async () => {
    const docs = hardCorpus(5, 1500, 60).map((words) => words.join(' '));
    const index = await buildBranch(docs, [400]);
    const next = integers(9);
    for (let q = 0; q < 40; q++) {
      const query = hardQuery(next, 60);
      const options = { operator: next(2) === 0 ? ('all' as const) : ('any' as const), k1: 0.9, b: 0.4 };
      const found = searchAll(index, query, 50, { ...options, scoring: 'bm25f' });
      const wanted = searchAll(index, query, 50, { ...options, scoring: 'bm25' });
      expectLike(found, wanted, query);
    }
  });

  it.each([1, 2])(
    'over two fields is scoring every document, from any segments (corpus %i)',
    async (seed) => {
      const fields = hardCorpus(seed, 1200, 60).map((words): Fields => [title(words), body(words)]);
      const texts: Texts[] = fields.map((of) => of.map((words) => words.join(' ')));
      const one = await buildBranch(texts);
      const many = await buildBranch(texts, [150, 600], { spillBefore: (doc) => doc % 97 === 0 });
      many.branch.warm();
      const next = integers(seed + 50);
      for (let q = 0; q < 60; q++) {
        // A clause given twice counts twice, which the truth does by having it twice.
        const query = hardQuery(next, 60);
        const parameters = {
          weights: [
            [1, 1],
            [3, 1],
            [0.5, 2],
            [0, 1],
          ][next(4)],
          bs: [
            [0.75, 0.75],
            [0, 1],
            [0.3, 0.75],
          ][next(3)],
          k1: [0, 0.5, 1.2, 50][next(4)],
        };
        const { weights, bs, k1 } = parameters;
        const scoring = `bm25f:f0=${weights[0]},f1=${weights[1]},f0.b=${bs[0]},f1.b=${bs[1]}`;
        const operator = next(3) === 0 ? 'all' : 'any';
        const wanted = truth(fields, query, parameters, operator);
        const what = `${query} ${scoring} k1=${k1} ${operator}`;
        for (const depth of [1, 10, 1200]) {
          const found = searchAll(one, query, depth, { scoring, k1, operator });
          expectLike(found, wanted.slice(0, depth), what);
          expect(searchAll(many, query, depth, { scoring, k1, operator }), what).toEqual(found);
        }
      }
    },
  );

  it('the query language counts by field, too: fields, slop, prefixes, boosts', async () => {
    const index = await buildBranch([
      ['red fox', 'the red fox ran'],
      ['dog', 'red fox and fox'],
      ['fox red', 'nothing'],
    ]);
    const ask = (text: string, scoring: string) =>
      new Map(searchAll(index, text, 10, { scoring, syntax: 'query' }));
    const plainly = new Map(searchAll(index, 'fox', 10, { scoring: 'bm25f:f0=2' }));
    expect(ask('+fox -nothing', 'bm25f:f0=2')).toEqual(new Map([...plainly].filter(([doc]) => doc !== 2)));
    // In one field: what the whole query is with the other at weight 0.
    expect(ask('f0:fox', 'bm25f:f0=2')).toEqual(
      new Map(searchAll(index, 'fox', 10, { scoring: 'bm25f:f0=2,f1=0' })),
    );
    expect([...ask('"red fox"~2', 'bm25f').keys()].sort()).toEqual([0, 1, 2]);
    expect(ask('fox^2', 'bm25f').get(0)).toBeCloseTo(2 * (ask('fox', 'bm25f').get(0) as number), 12);
    expect([...ask('no*', 'bm25f:f1=0').keys()]).toEqual([]);
  });

  it('explains a score by field, and parts add up', async () => {
    const { branch } = await buildBranch([
      ['red fox', 'the red fox ran'],
      ['dog', 'red ants and red bees'],
    ]);
    const prepared = branch.prepare(
      { id: 'q', text: 'red "red fox" dog', vectors: {} },
      { scoring: 'bm25f:f0=2' },
    );
    const { docs, scores } = prepared!.search(0, 10);
    for (const [i, doc] of docs.entries()) {
      const explanation = prepared!.explain(0, doc)!;
      expect(explanation.score).toBe(scores[i]);
      const parts = explanation.details.map(({ score }) => score as number);
      expect(parts.reduce((sum, part) => sum + part, 0)).toBeCloseTo(scores[i], 12);
    }
    const details = prepared!.explain(0, 1)!.details;
    expect(details).toContainEqual(
      expect.objectContaining({ clause: 'red', tf: { f0: 0, f1: 2 }, length: { f0: 1, f1: 5 } }),
    );
    expect(prepared!.explain(0, 99)).toBeUndefined();
  });

  it('is refused where fields are not told apart, and for what is no field', async () => {
    const index = await buildBranch([['red', 'fox']]);
    for (const [scoring, options, message] of [
      ['bm25f:f2=1', {}, "scoring 'bm25f:f2=1': no text field 'f2'; did you mean"],
      ['bm25f:other=1', {}, "scoring 'bm25f:other=1': no text field 'other'; there are f0, f1"],
      ['bm25f:f0', {}, "scoring 'bm25f:f0': 'f0': write field=weight or field.b=number"],
      ['bm25f:f0=x', {}, "scoring 'bm25f:f0=x': 'f0=x': no number from 0"],
      ['bm25f:f0=-1', {}, "scoring 'bm25f:f0=-1': 'f0=-1': no number from 0"],
      ['bm25f:f0=1,f0=2', {}, "scoring 'bm25f:f0=1,f0=2': 'f0' is given twice"],
      ['bm25f:f0.b=2', {}, "b of 'f0' is 2; it must be from 0 to 1"],
      ['bm25f:f0=0,f1=0', {}, 'bm25f: every field weighs 0; give one a weight'],
      ['bm25f', { k1: -1 }, 'k1 is -1; it must be from 0 to'],
    ] as const)
      expect(() => searchAll(index, 'red', 1, { scoring, ...options })).toThrow(message);
    const without = await buildBranch([['red', 'fox']], [], { positions: false });
    expect(() => searchAll(without, 'red', 1, { scoring: 'bm25f' })).toThrow(
      "scoring 'bm25f': this index does not tell its text fields apart; build it again, without --no-positions",
    );
  });

  it('terms of each field are the same bytes however the build spilled, and checked', async () => {
    const fields = hardCorpus(3, 500, 40).map((words) => [title(words).join(' '), body(words).join(' ')]);
    const whole = await buildSegment(fields);
    const spilled = await buildSegment(fields, { spillBefore: (doc) => doc % 50 === 0 });
    expect(bytesOf(spilled)).toEqual(bytesOf(whole));
    const check = (view: SegmentView) => textStructure.check('text', schemaOf(plain, 2), view);
    expect(() => check(whole)).not.toThrow();
  });
});
