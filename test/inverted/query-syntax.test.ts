import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeAnalyzerSpec } from '../../src/analysis/index.js';
import { UsageError } from '../../src/errors/index.js';
import { editsWithin } from '../../src/inverted/expansion.js';
import { Bm25 } from '../../src/inverted/index.js';
import { parseQuerySyntax } from '../../src/inverted/query-syntax.js';
import { buildBranch, searchAll } from './build.js';

/** A query as a tree, made by the tests: written out for the tool, judged here by definition. */
type Tree =
  | { words: string[]; slop: number; field?: number; boost: number }
  | { prefix: string; field?: number; boost: number }
  | { must: Tree[]; should: Tree[]; not: Tree[] };

function written(tree: Tree): string {
  if ('must' in tree) {
    const all = (sign: string, trees: Tree[]) =>
      trees.map((one) => `${sign}${'must' in one ? `(${written(one)})` : written(one)}`);
    return [...all('+', tree.must), ...all('', tree.should), ...all('-', tree.not)].join(' ');
  }
  const field = tree.field === undefined ? '' : `f${tree.field}:`;
  const by = tree.boost === 1 ? '' : `^${tree.boost}`;
  if ('prefix' in tree) return `${field}${tree.prefix}*${by}`;
  const slop = tree.slop > 0 ? `~${tree.slop}` : '';
  return `${field}${tree.words.length > 1 || slop ? `"${tree.words.join(' ')}"${slop}` : tree.words[0]}${by}`;
}

/** Every way to place the words after the first, by trying all positions. */
function placed(words: string[], field: string[], start: number, slop: number): boolean {
  const shifts = (w: number, used: number[], least: number, most: number): boolean => {
    if (most - least > slop) return false;
    if (w === words.length) return true;
    return field.some((word, at) => {
      if (word !== words[w] || used.includes(at)) return false;
      const shift = at - start - w;
      return shifts(w + 1, [...used, at], Math.min(least, shift), Math.max(most, shift));
    });
  };
  return shifts(1, [start], 0, 0);
}

describe('the query syntax', () => {
  const word = fc.constantFrom('a', 'b', 'c', 'ab', 'abc', 'd');
  const document = fc.array(
    fc.array(word, { maxLength: 9 }).map((words) => words.join(' ')),
    { minLength: 2, maxLength: 2 },
  );
  const field = fc.option(fc.nat(1), { nil: undefined });
  const boost = fc.constantFrom(1, 1, 0.5, 3);
  const leaf: fc.Arbitrary<Tree> = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        words: fc.array(word, { minLength: 1, maxLength: 3 }),
        slop: fc.nat(3),
        field,
        boost,
      }),
    },
    { weight: 1, arbitrary: fc.record({ prefix: fc.constantFrom('a', 'ab', 'd', 'zz'), field, boost }) },
  );
  const { tree } = fc.letrec<{ tree: Tree; group: Tree }>((tie) => ({
    tree: fc.oneof({ maxDepth: 3 }, leaf, tie('group')),
    group: fc
      .record({
        must: fc.array(tie('tree'), { maxLength: 2 }),
        should: fc.array(tie('tree'), { maxLength: 3 }),
        not: fc.array(tie('tree'), { maxLength: 2 }),
      })
      .filter(({ must, should }) => must.length + should.length > 0),
  }));

  it('finds and scores what its definition says', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(document, { minLength: 1, maxLength: 12 }),
        fc.array(tree, { minLength: 1, maxLength: 5 }),
        async (docs, trees) => {
          const index = await buildBranch(docs, [5]);
          const fields = docs.map((texts) => texts.map((text) => text.split(' ').filter(Boolean)));
          const lengths = fields.map((texts) => texts.flat().length);
          const tokens = lengths.reduce((sum, n) => sum + n, 0);
          const bm25 = new Bm25({ documents: lengths.filter((n) => n > 0).length, tokens }, {});
          const idf = (one: string) => bm25.idf(fields.filter((texts) => texts.flat().includes(one)).length);
          /** Undefined where it does not match, else its part of the score. */
          const judge = (one: Tree, doc: number): number | undefined => {
            if ('must' in one) {
              const [must, should, not] = [one.must, one.should, one.not].map((all) =>
                all.map((child) => judge(child, doc)),
              );
              if (must.includes(undefined) || not.some((part) => part !== undefined)) return undefined;
              if (must.length === 0 && should.every((part) => part === undefined)) return undefined;
              return [...must, ...should].reduce<number>((sum, part) => sum + (part ?? 0), 0);
            }
            const searched = fields[doc].filter((_, f) => one.field === undefined || one.field === f);
            if ('prefix' in one)
              return searched.flat().some((found) => found.startsWith(one.prefix)) ? one.boost : undefined;
            let tf = 0;
            for (const text of searched) {
              for (const [at, found] of text.entries()) {
                if (found === one.words[0] && placed(one.words, text, at, one.slop)) tf++;
              }
            }
            if (tf === 0) return undefined;
            return one.boost * one.words.reduce((sum, w) => sum + idf(w), 0) * bm25.unit(tf, lengths[doc]);
          };
          for (const one of trees) {
            const text = written(one);
            const found = searchAll(index, text, 100, { syntax: 'query' });
            const wanted = new Map<number, number>();
            for (const doc of docs.keys()) {
              const score = judge(one, doc);
              if (score !== undefined) wanted.set(doc, score);
            }
            expect(new Set(found.map(([doc]) => doc)), text).toEqual(new Set(wanted.keys()));
            for (const [doc, score] of found) expect(score, text).toBeCloseTo(wanted.get(doc) as number, 10);
            expect(searchAll(index, text, 2, { syntax: 'query' }), text).toEqual(found.slice(0, 2));
            const prepared = index.branch.prepare({ id: 'q', text, vectors: {} }, { syntax: 'query' });
            for (const [doc, score] of found) {
              const s = index.views.findLastIndex(({ base, documents }) => base <= doc && documents > 0);
              const explanation = prepared?.explain(s, doc - index.views[s].base);
              expect(explanation?.score, text).toBe(score);
              expect(explanation?.details.reduce((sum, part) => sum + (part.score as number), 0)).toBe(score);
            }
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  const docs = ['red fox', 'blue fox', 'red dog', 'green cat', 'foxes run', 'fix it'];
  it.each([
    ['red OR green', [0, 2, 3]],
    ['red AND fox', [0]],
    ['fox AND NOT red', [1]],
    ['fox NOT blue', [0]],
    ['+red fox', [0, 2]],
    ['(red OR blue) AND fox', [0, 1]],
    ['red AND fox OR green AND cat', [0, 3]],
    ['f0:(red dog)', [0, 2]],
    ['fox~1', [0, 1, 5]],
    ['fox~', [0, 1, 4, 5]],
    ['fo*', [0, 1, 4]],
    ['FO*', [0, 1, 4]],
    ['fox\\~', [0, 1]],
    ['"dog red"~2', [2]],
    ['"dog red"~1', []],
    ['', []],
  ])('answers %s', async (text, wanted) => {
    const index = await buildBranch(docs, [3]);
    const found = searchAll(index, text, 10, { syntax: 'query' }).map(([doc]) => doc);
    expect(found.sort()).toEqual(wanted);
  });

  it('needs every part under operator all, but where OR stands', async () => {
    const index = await buildBranch(docs);
    const found = (text: string) =>
      searchAll(index, text, 10, { syntax: 'query', operator: 'all' })
        .map(([doc]) => doc)
        .sort();
    expect(found('red fox')).toEqual([0]);
    expect(found('red OR blue')).toEqual([0, 1, 2]);
    expect(found('red -dog')).toEqual([0]);
  });

  it('scores an exact word above a near one, and a boosted one above its like', async () => {
    const index = await buildBranch(['fox', 'fix', 'dog', 'cat']);
    expect(searchAll(index, 'fox~1', 10, { syntax: 'query' }).map(([doc]) => doc)).toEqual([0, 1]);
    expect(searchAll(index, 'dog cat^2', 10, { syntax: 'query' }).map(([doc]) => doc)).toEqual([3, 2]);
  });

  it('lets stop words fall away, and takes a word of several terms as a phrase', async () => {
    const index = await buildBranch(['the cat sat', 'wi fi', 'fi wi'], [], {
      analyzer: makeAnalyzerSpec({ lang: 'en' }),
    });
    const found = (text: string) => searchAll(index, text, 10, { syntax: 'query' }).map(([doc]) => doc);
    expect(found('+the +cat')).toEqual([0]);
    expect(found('the')).toEqual([]);
    expect(found('wi-fi')).toEqual([1]);
  });

  it('leaves plain queries as they are', async () => {
    const index = await buildBranch(docs);
    expect(searchAll(index, 'red AND -fox (', 10)).toEqual(searchAll(index, 'red and fox', 10));
  });

  it.each([
    ['red )', "character 5: ')' without '('"],
    ['(red', "character 1: '(' is not closed"],
    ['a ()', 'character 3: nothing stands between the parentheses'],
    ['"red fox', "character 1: '\"' is not closed"],
    ['red AND', "nothing stands behind 'AND'"],
    ['OR red', "character 1: nothing stands before 'OR'"],
    ['red OR OR fox', "character 8: nothing stands before 'OR'"],
    ['red - fox', "character 5: nothing stands behind '-'"],
    ['red NOT', "character 5: nothing stands behind 'NOT'"],
    ['+', "nothing stands behind '+'"],
    ['*', "'*' without a word before it"],
    ['a ^2', "character 3: '^' without a word before it"],
    ['a^', 'character 3: a boost is a number from 0.001 to 1000'],
    ['a^5000', 'a boost is'],
    ['a~9', 'edits is a whole number from 0 to 2'],
    ['"a b"~x', 'a slop is a whole number'],
    ['boby:x', "no text field 'boby' (there are: 'body', 'title'); did you mean 'body'?"],
    ['body:title:x', 'a field inside a field'],
    ['body: x', "nothing stands behind 'body:'"],
    [`${'('.repeat(200)}a`, 'more than 100 parentheses'],
  ])('refuses %s and says where', (text, message) => {
    const parse = () => parseQuerySyntax(text, ['body', 'title'], 'any');
    expect(parse).toThrow(UsageError);
    expect(parse).toThrow(message);
  });

  it.each(['-red', 'red AND (-fox)', 'NOT red'])('refuses %s, which only excludes', async (text) => {
    const { branch } = await buildBranch(docs);
    expect(() => branch.prepare({ id: 'q', text, vectors: {} }, { syntax: 'query' })).toThrow(
      'only excludes',
    );
  });

  it('parses any text or says what is wrong with it', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab1 "()+-~^*:\\ANDORT') }), (text) => {
        try {
          parseQuerySyntax(text, ['a'], 'any');
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
        }
      }),
      { numRuns: 3000 },
    );
  });
});

describe('edits', () => {
  it('are those of the whole table', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 7 });
    const whole = (a: string, b: string): number => {
      if (a === '' || b === '') return a.length + b.length;
      const same = a[0] === b[0] ? 0 : 1;
      return Math.min(
        whole(a.slice(1), b.slice(1)) + same,
        whole(a.slice(1), b) + 1,
        whole(a, b.slice(1)) + 1,
      );
    };
    fc.assert(
      fc.property(text, text, fc.nat(2), (a, b, limit) => {
        expect(Math.min(editsWithin(a, b, limit), limit + 1)).toBe(Math.min(whole(a, b), limit + 1));
      }),
    );
  });
});
