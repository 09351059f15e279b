import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateRun, parseMeasure, type Qrels, type Run } from '../../src/evaluation/index.js';

/** One query: results best first (scores made to fit), judgments by id. */
function value(measure: string, ranked: string[], judged: Record<string, number>): number {
  const run: Run = new Map([['q', ranked.map((id, i) => ({ id, score: -i }))]]);
  const qrels: Qrels = new Map([['q', new Map(Object.entries(judged))]]);
  const parsed = parseMeasure(measure);
  return evaluateRun(run, qrels, [parsed]).perQuery.get('q')![parsed.name];
}

// rank:            1    2    3    4    5    6
const ranked = ['n1', 'a', 'u1', 'b', 'n2', 'c'];
const judged = { a: 3, b: 1, c: 2, lost: 1, n1: 0, n2: 0, n3: 0 };
const log2 = Math.log2;

describe('each measure by hand', () => {
  it.each([
    // relevant at ranks 2, 4, 6; R = 4; N = 3
    ['P@1', 0],
    ['P@4', 2 / 4],
    ['P@10', 3 / 10],
    ['P(rel=2)@4', 1 / 4],
    ['R@4', 2 / 4],
    ['R@10', 3 / 4],
    ['R(rel=2)@10', 2 / 2],
    ['Success@1', 0],
    ['Success@2', 1],
    ['Success(rel=3)@2', 1],
    ['RR', 1 / 2],
    ['RR@1', 0],
    ['RR(rel=2)', 1 / 2],
    ['AP', (1 / 2 + 2 / 4 + 3 / 6) / 4],
    ['AP@4', (1 / 2 + 2 / 4) / 4],
    ['AP(rel=2)', (1 / 2 + 2 / 6) / 2],
    ['GMAP', (1 / 2 + 2 / 4 + 3 / 6) / 4],
    ['Rprec', 2 / 4],
    ['Rprec(rel=2)', 1 / 2],
    // n1 stands above a and b, n1 and n2 above c; min(R, N) = 3
    ['Bpref', (1 - 1 / 3 + (1 - 1 / 3) + (1 - 2 / 3)) / 4],
    // with rel=2 b is non-relevant: R = 2, N = 5, at c 3 stand above, cut to R
    ['Bpref(rel=2)', (1 - 1 / 2 + (1 - 2 / 2)) / 2],
    ['IPrec@0.0', 1 / 2],
    ['IPrec@0.5', 1 / 2],
    ['IPrec@0.7', 1 / 2], // 2.8 + 0.5: 3 relevant results
    ['IPrec@0.9', 0], // 3.6 + 0.5: 4, never reached
    ['11pt_avg', (9 * (1 / 2)) / 11], // up to 0.8 (3.2 + 0.5: 3)
    ['nDCG', (3 / log2(3) + 1 / log2(5) + 2 / log2(7)) / (3 + 2 / log2(3) + 1 / 2 + 1 / log2(5))],
    ['nDCG@3', 3 / log2(3) / (3 + 2 / log2(3) + 1 / 2)],
    ["nDCG(dcg='exp-log2')@4", (7 / log2(3) + 1 / log2(5)) / (7 + 3 / log2(3) + 1 / 2 + 1 / log2(5))],
    ['RBP(p=0.5)', 0.5 * (3 / 3 / 2 + 1 / 3 / 8 + 2 / 3 / 32)],
    ['RBP(p=0.5)@4', 0.5 * (3 / 3 / 2 + 1 / 3 / 8)],
    ['RBP(p=0.5,rel=1)', 0.5 * (1 / 2 + 1 / 8 + 1 / 32)],
    ['RBP(p=0.5,rel=2)', 0.5 * (1 / 2 + 1 / 32)],
    ['ERR@10', 7 / 16 / 2 + ((9 / 16) * (1 / 16)) / 4 + ((9 / 16) * (15 / 16) * (3 / 16)) / 6],
    ['ERR@4', 7 / 16 / 2 + ((9 / 16) * (1 / 16)) / 4],
    ['ERR(max=3)@2', 7 / 8 / 2],
    ['Judged@10', 5 / 6],
    ['Judged@3', 2 / 3],
    ['Judged', 5 / 6],
    ['SetP', 3 / 6],
    ['SetR', 3 / 4],
    ['SetF', (2 * 0.5 * 0.75) / 1.25],
    ['SetF(beta=2)', (5 * 0.5 * 0.75) / (4 * 0.5 + 0.75)],
    ['SetP(rel=3)', 1 / 6],
    ['NumRet', 6],
    ['NumRel', 4],
    ['NumRel(rel=2)', 2],
    ['NumRelRet', 3],
    ['NumRet(rel=2)', 2],
  ])('%s', (measure, wanted) => {
    expect(value(measure, ranked, judged)).toBeCloseTo(wanted, 12);
  });

  it('a negative grade gains nothing, is not relevant and is passed over by Bpref, but is a judgment', () => {
    const grades = { spam: -2, a: 1, n: 0 };
    expect(value('nDCG', ['spam', 'a'], grades)).toBeCloseTo(1 / log2(3), 12);
    expect(value('P@2', ['spam', 'a'], grades)).toBe(0.5);
    expect(value('ERR@2', ['spam', 'a'], grades)).toBeCloseTo(1 / 16 / 2, 12);
    expect(value('RBP(p=0.5)', ['spam', 'a'], grades)).toBeCloseTo(0.25, 12);
    expect(value('Bpref', ['spam', 'a'], grades)).toBe(1);
    expect(value('Bpref', ['n', 'a'], grades)).toBe(0);
    expect(value('Judged@1', ['spam', 'a'], grades)).toBe(1);
  });

  it('recall levels are rounded half up to whole documents', () => {
    // R = 5: level 0.3 asks for 1.5 documents, so 2
    const five = { a: 1, b: 1, c: 1, d: 1, e: 1 };
    expect(value('IPrec@0.3', ['a', 'x', 'y', 'b'], five)).toBe(0.5);
    expect(value('IPrec@0.2', ['a', 'x', 'y', 'b'], five)).toBe(1);
  });
});

describe('over queries', () => {
  const qrels: Qrels = new Map([
    ['q1', new Map([['a', 1]])],
    ['q2', new Map([['b', 1]])],
    ['q3', new Map([['c', 0]])],
  ]);
  const run: Run = new Map([
    [
      'q1',
      [
        { id: 'x', score: 2 },
        { id: 'a', score: 1 },
      ],
    ],
    ['q3', [{ id: 'c', score: 1 }]],
    ['q9', [{ id: 'a', score: 1 }]],
  ]);

  it('means are over all judged queries, also the missing and those without a relevant document', () => {
    const found = evaluateRun(run, qrels, ['AP', 'NumRel', 'NumRet', 'Judged@5', 'GMAP'].map(parseMeasure));
    expect(found.queries).toBe(3);
    expect(found.means.AP).toBeCloseTo(0.5 / 3, 12);
    expect(found.means.NumRel).toBe(2);
    expect(found.means.NumRet).toBe(3);
    expect(found.means['Judged@5']).toBeCloseTo((0.5 + 0 + 1) / 3, 12);
    expect(found.means.GMAP).toBeCloseTo((0.5 * 1e-5 * 1e-5) ** (1 / 3), 12);
    expect(found.perQuery.get('q2')?.AP).toBe(0);
    expect(found.missingQueries).toEqual(['q2']);
    expect(found.unjudgedQueries).toEqual(['q9']);
    expect(found.queriesWithoutRelevant).toEqual(['q3']);
    expect([found.unjudgedResults, found.results]).toEqual([1, 3]);
  });

  it('counts unjudged results only as deep as a measure looks', () => {
    const deep: Run = new Map([
      [
        'q1',
        [
          { id: 'a', score: 3 },
          { id: 'x', score: 2 },
          { id: 'y', score: 1 },
        ],
      ],
    ]);
    const at2 = evaluateRun(deep, qrels, [parseMeasure('P@2')]);
    expect([at2.unjudgedResults, at2.results]).toEqual([1, 2]);
    const all = evaluateRun(deep, qrels, [parseMeasure('P@2'), parseMeasure('AP')]);
    expect([all.unjudgedResults, all.results]).toEqual([2, 3]);
  });

  it('puts equal scores in descending order of UTF-8 bytes, whatever order they came in', () => {
    const ids = ['10', '9', 'Z', 'a', 'é', '\uffee', '\u{1f600}'];
    const byBytes = [...ids].sort((a, b) => Buffer.compare(Buffer.from(b), Buffer.from(a)));
    for (const [rank, id] of byBytes.entries()) {
      const tied: Run = new Map([['q', ids.map((other) => ({ id: other, score: 1 }))]]);
      const found = evaluateRun(tied, new Map([['q', new Map([[id, 1]])]]), [parseMeasure('RR')]);
      expect(found.perQuery.get('q')?.RR).toBe(1 / (rank + 1));
    }
  });

  it('refuses a truth measure, and grades that a measure is not defined for', () => {
    expect(() => evaluateRun(run, qrels, [parseMeasure('recall@10')])).toThrow(/exact neighbours.*R@10/);
    const steep: Qrels = new Map([['q1', new Map([['a', 5]])]]);
    expect(() => evaluateRun(run, steep, [parseMeasure('ERR@10')])).toThrow(/grade of 5.*ERR\(max=5\)/);
    expect(evaluateRun(run, steep, [parseMeasure('ERR(max=5)@10')]).means['ERR(max=5)@10']).toBeGreaterThan(
      0,
    );
    const huge: Qrels = new Map([['q1', new Map([['a', 1001]])]]);
    expect(() => evaluateRun(run, huge, [parseMeasure("nDCG(dcg='exp-log2')")])).toThrow(/1001/);
  });
});

describe('properties', () => {
  const fractions = [
    ...[
      'nDCG',
      'nDCG@3',
      "nDCG(dcg='exp-log2')@5",
      'AP',
      'AP@3',
      'RR',
      'P@5',
      'R@3',
      'Success@2',
      'Rprec',
      'Bpref',
    ],
    ...[
      'IPrec@0.4',
      '11pt_avg',
      'RBP(p=0.8)',
      'RBP(p=0.8,rel=2)',
      'ERR@5',
      'Judged@4',
      'SetP',
      'SetR',
      'SetF',
    ],
  ].map(parseMeasure);
  const ids = Array.from({ length: 12 }, (_, i) => `d${i}`);
  const judgments = fc.dictionary(fc.constantFrom(...ids), fc.integer({ min: -1, max: 4 }), { minKeys: 1 });
  const results = fc.uniqueArray(
    fc.record({ id: fc.constantFrom(...ids), score: fc.integer({ min: -3, max: 3 }) }),
    { selector: (entry) => entry.id, maxLength: 12 },
  );
  const asQrels = (grades: Record<string, number>): Qrels =>
    new Map([['q', new Map(Object.entries(grades))]]);

  it('every share lies in 0..1', () => {
    fc.assert(
      fc.property(results, judgments, (entries, grades) => {
        const { means } = evaluateRun(new Map([['q', entries]]), asQrels(grades), fractions);
        for (const [name, mean] of Object.entries(means)) {
          expect(mean, name).toBeGreaterThanOrEqual(0);
          expect(mean, name).toBeLessThanOrEqual(1 + 1e-12);
        }
      }),
    );
  });

  it('neither the order of results, nor unjudged queries, nor a monotone change of scores matters', () => {
    fc.assert(
      fc.property(results, judgments, fc.infiniteStream(fc.nat()), (entries, grades, random) => {
        const shuffled = entries
          .map((entry) => ({
            key: random.next().value as number,
            entry: { ...entry, score: entry.score * 4 + 1 },
          }))
          .sort((a, b) => a.key - b.key)
          .map(({ entry }) => entry);
        const qrels = asQrels(grades);
        const straight = evaluateRun(new Map([['q', entries]]), qrels, fractions);
        const other = evaluateRun(
          new Map([
            ['other', entries],
            ['q', shuffled],
          ]),
          qrels,
          fractions,
        );
        expect(other.means).toEqual(straight.means);
      }),
    );
  });

  it('the ideal ranking is worth 1, and none is worth more nDCG', () => {
    const perfect = [
      'nDCG',
      'nDCG@3',
      "nDCG(dcg='exp-log2')@5",
      'AP',
      'RR',
      'Rprec',
      'Bpref',
      '11pt_avg',
      'SetR',
    ];
    fc.assert(
      fc.property(results, judgments, (entries, grades) => {
        fc.pre(Object.values(grades).some((grade) => grade > 0));
        const ideal: Run = new Map([['q', Object.entries(grades).map(([id, score]) => ({ id, score }))]]);
        const qrels = asQrels(grades);
        const measures = perfect.map(parseMeasure);
        const best = evaluateRun(ideal, qrels, measures).means;
        for (const measure of measures) expect(best[measure.name], measure.name).toBeCloseTo(1, 12);
        const { means } = evaluateRun(new Map([['q', entries]]), qrels, measures);
        for (const name of ['nDCG', 'nDCG@3']) expect(means[name]).toBeLessThanOrEqual(1 + 1e-12);
      }),
    );
  });

  it('Bpref is the definition counted pair by pair', () => {
    fc.assert(
      fc.property(results, judgments, (entries, grades) => {
        const order = [...entries].sort((a, b) => b.score - a.score || (a.id < b.id ? 1 : -1));
        const all = Object.values(grades);
        const relevant = all.filter((grade) => grade >= 1).length;
        const others = all.filter((grade) => grade === 0).length;
        let sum = 0;
        order.forEach(({ id }, i) => {
          if (!(grades[id] >= 1)) return;
          const above = order.slice(0, i).filter((entry) => grades[entry.id] === 0).length;
          sum += above === 0 ? 1 : 1 - Math.min(above, relevant) / Math.min(relevant, others);
        });
        const { means } = evaluateRun(new Map([['q', entries]]), asQrels(grades), [parseMeasure('Bpref')]);
        expect(means.Bpref).toBeCloseTo(relevant === 0 ? 0 : sum / relevant, 12);
      }),
    );
  });
});
