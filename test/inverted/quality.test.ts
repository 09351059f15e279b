import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { makeAnalyzerSpec } from '../../src/analysis/index.js';
import { shared } from '../helpers/shared.js';
import { buildBranch, searchAll } from './build.js';

/** nDCG@10 of Lucene's chain (first Porter) with exact lengths, measured by trec_eval, and of the default. */
const COLLECTIONS = [
  { name: 'scifact', lucene: 0.6827, porter2: 0.6861 },
  { name: 'cranfield', lucene: 0.359, porter2: 0.3596 },
  { name: 'cisi', lucene: 0.3845, porter2: 0.3888 },
  { name: 'npl', lucene: 0.4315, porter2: 0.4339 },
];
const TOLERANCE = 0.0012;

interface Entry {
  _id: string;
  title?: string;
  text: string;
}

const lines = (text: string): Entry[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

/** As trec_eval -c has it: gain is the grade, equal scores by id descending, all judged queries count. */
function ndcg10(run: Map<string, [string, number][]>, qrels: Map<string, Map<string, number>>): number {
  const dcg = (gains: number[]) =>
    gains.slice(0, 10).reduce((sum, gain, i) => sum + gain / Math.log2(i + 2), 0);
  let total = 0;
  for (const [query, grades] of qrels) {
    const ranked = (run.get(query) ?? []).sort(([idA, a], [idB, b]) => b - a || (idA < idB ? 1 : -1));
    const ideal = dcg([...grades.values()].filter((grade) => grade > 0).sort((a, b) => b - a));
    total += ideal === 0 ? 0 : dcg(ranked.map(([id]) => Math.max(0, grades.get(id) ?? 0))) / ideal;
  }
  return total / qrels.size;
}

describe.each(COLLECTIONS)('$name', ({ name, lucene, porter2 }) => {
  const folder = shared(`data/${name}`);
  it.skipIf(folder === undefined).each([
    ['porter1', lucene],
    ['porter2', porter2],
  ])('reaches its nDCG@10 with %s', async (stemmer, wanted) => {
    const corpus = lines(gunzipSync(readFileSync(`${folder}/corpus.jsonl.gz`)).toString());
    const queries = lines(readFileSync(`${folder}/queries.jsonl`, 'utf8'));
    const qrels = new Map<string, Map<string, number>>();
    for (const row of readFileSync(`${folder}/qrels/test.tsv`, 'utf8').trim().split('\n').slice(1)) {
      const [query, doc, grade] = row.split('\t');
      if (!qrels.has(query)) qrels.set(query, new Map());
      qrels.get(query)?.set(doc, Number(grade));
    }
    const analyzer = makeAnalyzerSpec({ lang: 'en', stemmer });
    const texts = corpus.map(({ title = '', text }) => [title, text]);
    const index = await buildBranch(texts, [], { analyzer, memoryBytes: 2 ** 28 });
    const run = new Map<string, [string, number][]>();
    for (const { _id, text } of queries) {
      // Without quotes: the reference scored words only.
      const found = searchAll(index, text.replaceAll('"', ' '), 100);
      run.set(
        _id,
        found.map(([doc, score]) => [corpus[doc]._id, score]),
      );
    }
    expect(Math.abs(ndcg10(run, qrels) - wanted)).toBeLessThan(TOLERANCE);
  });
});
