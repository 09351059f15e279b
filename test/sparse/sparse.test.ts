import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openReader } from '../../src/index/index.js';
import { openIndex, UsageError } from '../../src/library.js';
import { Recaller } from '../../src/recall/index.js';
import { SegmentWriter } from '../../src/segment/index.js';
import { sparseStructure } from '../../src/sparse/index.js';
import { SpillDirectory } from '../../src/storage/index.js';
import { ok, scratch, shortlist } from '../helpers/cli.js';
import { seeded } from '../helpers/random.js';

type Weights = Record<string, number>;

/** Inner products in whatever order: what the tool sums in its own. */
function brute(docs: Weights[], query: Weights, as: (w: number) => number): { doc: number; score: number }[] {
  return docs
    .map((own, doc) => {
      const common = Object.keys(query).filter((term) => Object.hasOwn(own, term) && query[term] > 0);
      const score = common.reduce((sum, term) => sum + query[term] * as(own[term]), 0);
      return { doc, score };
    })
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.doc - b.doc);
}

/** Documents and queries over a skewed vocabulary, some lists beyond a block. */
function collection(seed: number, documents: number, weight: (x: number) => number) {
  const next = seeded(seed);
  const draw = (most: number) =>
    Object.fromEntries(
      Array.from({ length: 1 + Math.floor(next() * most) }, () => [
        `t${Math.floor(next() ** 3 * 400)}`,
        weight(next()),
      ]),
    ) as Weights;
  return {
    docs: Array.from({ length: documents }, () => draw(30)),
    queries: Array.from({ length: 40 }, () => draw(12)),
  };
}

function lines(dir: string, name: string, rows: object[]): string {
  const path = join(dir, name);
  writeFileSync(path, `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`);
  return path;
}

const CASES: [string, (x: number) => number, (w: number) => number, RegExp][] = [
  ['whole numbers', (x) => Math.floor(x * 200), (w) => w, /exact \(to 1\/1\)/],
  ['decimals', (x) => Number((x * 3).toFixed(3)), (w) => w, /exact \(to 1\/1000\)/],
  ['any numbers', (x) => x * 3, Math.fround, /float32/],
];

describe('sparse fields', () => {
  const dir = scratch();

  it.each(CASES)('%s: what inner products say, one segment or several', async (name, weight, as, kept) => {
    const { docs, queries } = collection(7, 4000, weight);
    const file = lines(
      dir,
      `${name}.jsonl`,
      docs.map((splade, i) => ({ id: i, splade })),
    );
    const asked = lines(
      dir,
      `${name}-q.jsonl`,
      queries.map((splade, i) => ({ id: i, splade })),
    );
    for (const segments of [[], ['--segment-docs', '1500']]) {
      const index = join(dir, `${name}.index`);
      ok(['build', file, '-o', index, '--force', '--sparse', 'splade', ...segments]);
      expect(ok(['info', index]).stdout).toMatch(kept);
      expect(ok(['check', index]).stdout).toMatch(/sound/);
      const answers = ok(['query', index, '--queries', asked, '-k', '20'])
        .stdout.trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { hits: { id: string; score: number }[] });
      for (const [q, { hits }] of answers.entries()) {
        const wanted = brute(docs, queries[q], as).slice(0, 20);
        expect(hits.length).toBe(wanted.length);
        for (const [i, hit] of hits.entries()) {
          expect(hit.score).toBeCloseTo(wanted[i].score, 9);
          expect(
            brute([docs[Number(hit.id)]], queries[q], as)[0].score,
            `document ${hit.id} scores what it is given`,
          ).toBeCloseTo(hit.score, 9);
        }
      }
    }
  });

  it('is exact under a filter, and for a lone query read from the file', () => {
    const { docs, queries } = collection(8, 3000, (x) => x);
    const file = lines(
      dir,
      'f.jsonl',
      docs.map((splade, i) => ({ id: i, splade, year: i % 7 })),
    );
    const index = join(dir, 'f.index');
    ok(['build', file, '-o', index, '--sparse', 'splade']);
    for (const query of queries.slice(0, 10)) {
      const { hits } = JSON.parse(
        ok(['query', index, '--sparse', JSON.stringify(query), '--filter', 'year=3', '--format', 'jsonl'])
          .stdout,
      ) as { hits: { id: string; score: number }[] };
      const wanted = brute(docs, query, Math.fround)
        .filter(({ doc }) => doc % 7 === 3)
        .slice(0, 10);
      expect(hits.map(({ id }) => Number(id))).toEqual(wanted.map(({ doc }) => doc));
    }
  });

  it('adds up to what --explain says', async () => {
    const index = openReader(join(dir, 'f.index'));
    const recaller = new Recaller(index);
    const sparse = { splade: { terms: ['t0', 't1', 't2', 'nowhere'], weights: [0.3, 1.25, 2, 1] } };
    const result = recaller.search({ id: 'q', vectors: {}, sparse });
    expect(result.notes).toContain("no document has 'nowhere'");
    for (const hit of result.hits) {
      const { score, details } = recaller.explain(hit).branches.splade;
      expect(score).toBe(hit.score);
      expect(details.reduce((sum, { query, document }) => sum + Number(query) * Number(document), 0)).toBe(
        score,
      );
    }
    index.close();
  });

  it('rounds to bits where asked, and says what is lost', () => {
    const { docs } = collection(9, 3000, (x) => x * 3);
    const file = lines(
      dir,
      'r.jsonl',
      docs.map((splade, i) => ({ id: i, splade })),
    );
    const sizes = ['splade', 'splade:bits=8', 'splade:bits=4'].map((spec) => {
      const { stdout, stderr } = ok([
        'build',
        file,
        '-o',
        join(dir, 'r.index'),
        '--force',
        '--json',
        '--sparse',
        spec,
      ]);
      const bits = spec.split('=')[1];
      const lost = /weights rounded to (\d) bits, ([\d.]+) % off on average/.exec(stderr);
      expect(lost?.[1]).toBe(bits);
      if (bits === '8') expect(Number(lost?.[2])).toBeLessThan(4);
      return (JSON.parse(stdout) as { bytes: Record<string, number> }).bytes['sparse/splade'];
    });
    expect(sizes[1]).toBeLessThan(sizes[0] / 2);
    expect(sizes[2]).toBeLessThan(sizes[1]);
    const { hits } = JSON.parse(
      ok(['query', join(dir, 'r.index'), '--sparse', '{"t1":1}', '-k', '1', '--format', 'jsonl']).stdout,
    ) as { hits: { score: number }[] };
    // The heaviest weight of the segment is a level of its own; others are within half a level.
    const most = Math.max(...docs.map((own) => own.t1 ?? 0));
    expect(Math.abs(hits[0].score - most)).toBeLessThan(3 / 15 / 2);
  });

  it('fires beside text, and is fused with it', () => {
    const file = lines(dir, 'two.jsonl', [
      { id: 'a', body: 'honey bees', splade: { nectar: 2 } },
      { id: 'b', body: 'a river', splade: { bee: 1 } },
    ]);
    const index = join(dir, 'two.index');
    ok(['build', file, '-o', index, '--sparse', 'splade']);
    const { hits } = JSON.parse(
      ok(['query', index, 'river', '--sparse', 'splade={"nectar":1}', '--format', 'jsonl']).stdout,
    ) as { hits: { id: string; branches: object }[] };
    expect(hits.map(({ id, branches: own }) => [id, Object.keys(own)])).toEqual([
      ['a', ['splade']],
      ['b', ['text']],
    ]);
  });

  it('takes indices and values, and is not stored unless asked for', () => {
    const file = lines(dir, 'pairs.jsonl', [
      { id: 'a', v: { indices: [17, 4], values: [0.5, 1] } },
      { id: 'b', v: { 17: 0.75 } },
    ]);
    const index = join(dir, 'pairs.index');
    ok(['build', file, '-o', index, '--sparse', 'v']);
    const { stdout } = ok([
      'query',
      index,
      '--sparse',
      '{"indices":[17],"values":[2]}',
      '--format',
      'jsonl',
      '--fields',
      'all',
    ]);
    expect((JSON.parse(stdout) as { hits: object[] }).hits).toMatchObject([
      { id: 'b', score: 1.5, fields: {} },
      { id: 'a', score: 1, fields: {} },
    ]);
  });

  it.each<[string, object, RegExp]>([
    ['a negative weight', { v: { a: -1 } }, /holds -1 as the weight of "a"; write/],
    ['a weight that is text', { v: { a: 'x' } }, /holds string as the weight of "a"/],
    ['a list', { v: [1, 2] }, /is no object of terms and weights/],
    ['a term twice', { v: { indices: [1, 1], values: [1, 2] } }, /holds "1" twice/],
    ['more than a float32 holds', { v: { a: 1e39 } }, /holds 1e\+39/],
  ])('refuses %s with its line', (_name, record, what) => {
    const file = lines(dir, 'bad.jsonl', [
      { id: 'x', v: { a: 1 } },
      { id: 'y', ...record },
    ]);
    const { code, stderr } = shortlist(['build', file, '-o', join(dir, 'bad.index'), '--sparse', 'v']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/bad\.jsonl:2/);
    expect(stderr).toMatch(what);
  });

  it.each<[string[], RegExp]>([[['--sparse', '{"a":1}'], /the index has no sparse field/]])(
    'refuses %s of an index without',
    (args, what) => {
      const file = lines(dir, 'plain.jsonl', [{ id: 'x', body: 'text' }]);
      ok(['build', file, '-o', join(dir, 'plain.index'), '--force']);
      const { code, stderr } = shortlist(['query', join(dir, 'plain.index'), ...args]);
      expect(code).toBe(2);
      expect(stderr).toMatch(what);
    },
  );

  it('writes the same bytes whenever it spills', async () => {
    const { docs } = collection(10, 700, (x) => x);
    const files: Buffer[] = [];
    for (const every of [Number.POSITIVE_INFINITY, 100, 7]) {
      const spills = new SpillDirectory(dir);
      const environment = { spills, memoryBytes: 1 << 20, threads: 1, seed: 0, progress: () => {} };
      const roles = { text: [], keyword: [], number: [], vectors: [], sparse: [{ name: 'v' }] };
      const writer = sparseStructure.writer(
        'v',
        { ...roles, stored: 'none', analyzer: undefined, ids: true },
        environment,
      );
      for (const [i, own] of docs.entries()) {
        if (i % every === every - 1) writer.spill();
        const sparse = [{ terms: Object.keys(own), weights: Object.values(own) }];
        writer.add(i, { id: String(i), row: i, texts: [], vectors: [], sparse, stored: undefined });
      }
      const out = new SegmentWriter(join(dir, `segment-${every}`));
      const { meta } = await writer.finish(out, docs.length);
      out.finish({ parts: { 'sparse/v': meta } });
      spills.deleteAll();
      files.push(readFileSync(join(dir, `segment-${every}`)));
    }
    expect(files[1].equals(files[0]) && files[2].equals(files[0])).toBe(true);
  });

  it('is asked through the library, too', async () => {
    const { docs, queries } = collection(8, 300, (x) => Math.round(x * 100) / 100);
    const file = lines(
      dir,
      'library.jsonl',
      docs.map((v, i) => ({ id: i, v })),
    );
    const path = join(dir, 'library.index');
    ok(['build', file, '-o', path, '--force', '--sparse', 'v']);
    const index = await openIndex(path);
    for (const query of queries) {
      const { hits } = await index.search({ sparse: { v: query } });
      expect(hits.map(({ doc }) => doc)).toEqual(
        brute(docs, query, (w) => w)
          .slice(0, 10)
          .map(({ doc }) => doc),
      );
    }
    await expect(index.search({ sparse: { w: { a: 1 } } })).rejects.toThrow(
      "no sparse field 'w' in this index",
    );
    await expect(index.search({ sparse: { v: { a: -1 } } })).rejects.toThrow(UsageError);
    index.close();
  });

  it('keeps any weights of any terms', () => {
    const weight = fc.oneof(
      fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      fc.double({ min: 0, max: 3e38, noNaN: true }),
      fc.float({ min: 0, noNaN: true, noDefaultInfinity: true }),
      fc.integer({ min: 0, max: 99_999 }).map((n) => n / 1000),
    );
    const term = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => text !== '__proto__');
    fc.assert(
      fc.property(
        fc.array(fc.dictionary(term, weight, { maxKeys: 6 }), { minLength: 1, maxLength: 6 }),
        (docs) => {
          const file = lines(
            dir,
            'any.jsonl',
            docs.map((v, i) => ({ id: i, v })),
          );
          const index = join(dir, 'any.index');
          ok(['build', file, '-o', index, '--force', '--sparse', 'v']);
          const open = openReader(index);
          const recaller = new Recaller(open);
          for (const own of docs) {
            for (const [key, given] of Object.entries(own)) {
              if (Math.fround(given) === 0) continue;
              const { hits } = recaller.search({
                id: 'q',
                vectors: {},
                sparse: { v: { terms: [key], weights: [1] } },
              });
              const scores = hits.map(({ score }) => Math.fround(score));
              expect(scores).toContain(Math.fround(given));
            }
          }
          open.close();
        },
      ),
      { numRuns: 25 },
    );
  });
});
