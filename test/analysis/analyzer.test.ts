import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldFor } from '../../src/analysis/fold.js';
import { type AnalyzerRequest, makeAnalyzerSpec, openAnalyzer } from '../../src/analysis/index.js';

interface Token {
  term: string;
  position: number;
  start: number;
  end: number;
}

function analyze(text: string, request: AnalyzerRequest = { lang: 'en' }) {
  const tokens: Token[] = [];
  const used = openAnalyzer(makeAnalyzerSpec(request)).analyze(text, (term, position, start, end) =>
    tokens.push({ term, position, start, end }),
  );
  return { tokens, used };
}
const terms = (text: string, request?: AnalyzerRequest) =>
  analyze(text, request).tokens.map((token) => token.term);

describe('English', () => {
  it('folds, leaves out stop words with holes, stems', () => {
    const { tokens, used } = analyze("The cat's kittens were NOT in the Boxes");
    expect(tokens).toEqual([
      { term: 'cat', position: 1, start: 4, end: 9 },
      { term: 'kitten', position: 2, start: 10, end: 17 },
      { term: 'were', position: 3, start: 18, end: 22 },
      { term: 'box', position: 7, start: 34, end: 39 },
    ]);
    expect(used).toBe(8);
  });

  it('takes off the possessive before stop words, as Lucene does', () => {
    expect(terms("it's that’s O'Neill's don't")).toEqual(["o'neil", "don't"]);
  });

  it('has the three stemmers', () => {
    const text = 'generously possibly skies technology';
    expect(terms(text)).toEqual(['generous', 'possibl', 'sky', 'technolog']);
    expect(terms(text, { lang: 'en', stemmer: 'porter1' })).toEqual(['gener', 'possibl', 'ski', 'technolog']);
    expect(terms(text, { lang: 'en', stemmer: 'none' })).toEqual(text.split(' '));
  });

  it('keeps what is asked for of the stop words', () => {
    expect(terms('to be or not', { lang: 'en', stopwords: 'none' })).toEqual(['to', 'be', 'or', 'not']);
    expect(terms('to be or not', { lang: 'en', stopwords: ['BE', 'Or'] })).toEqual(['to', 'not']);
  });
});

describe('with terms that are wanted', () => {
  const words = fc.constantFrom(
    ..."Boxes box’s BOX yes Yellow skies ﬁne fine Élan elan don’t 12 \u00adsoft . : ' _ - é 漢字 İ".split(
      ' ',
    ),
    ' ',
    '\u3000',
  );
  it.each([
    { lang: 'en' },
    { lang: 'en', stemmer: 'porter1' },
    { lang: 'none' },
    { lang: 'tr' },
    { lang: 'en', synonyms: [{ members: ['box'], to: 'fine' }] },
  ] as AnalyzerRequest[])('emits each of them that is there: %j', (request) => {
    const analyzer = openAnalyzer(makeAnalyzerSpec(request));
    fc.assert(
      fc.property(fc.array(words), fc.array(words, { minLength: 1 }), (text, query) => {
        const wanted = new Set<string>();
        analyzer.analyze(query.join(' '), (term) => wanted.add(term));
        const [all, some] = [undefined, wanted].map((only) => {
          const found: Omit<Token, 'position'>[] = [];
          const take = (term: string, _position: number, start: number, end: number) => {
            if (wanted.has(term)) found.push({ term, start, end });
          };
          analyzer.analyze(text.join(''), take, only);
          return found;
        });
        expect(some).toEqual(all);
      }),
    );
  });
});

describe('folding', () => {
  it('drops what Unicode calls ignorable, and nothing else', () => {
    const fold = foldFor('none');
    const ignorable = /\p{Default_Ignorable_Code_Point}/u;
    const wrong: string[] = [];
    for (let code = 0x80; code < 0x110000; code++) {
      if (code >= 0xd800 && code < 0xe000) continue;
      const character = String.fromCodePoint(code);
      if ((fold(`a${character}b`) === 'ab') !== ignorable.test(character)) wrong.push(code.toString(16));
    }
    expect(wrong).toEqual([]);
  });

  const none: AnalyzerRequest = { lang: 'none' };
  it.each([
    ['ＦＵＬＬ　Ｗｉｄｔｈ', ['full', 'width']],
    ['ﬁne Straße STRASSE STRAẞE', ['fine', 'strasse', 'strasse', 'strasse']],
    ['ΟΔΟΣ οδός', ['οδοσ', 'οδόσ']],
    ['cafe\u0301 café', ['café', 'café']],
    ['co\u00adop\u200bera\u2060te', ['coop', 'erate']],
    ['don’t don＇t', ["don't", "don't"]],
    ['10\u202f%', ['10']],
  ])('%j', (text, expected) => {
    expect(terms(text, none)).toEqual(expected);
  });

  it('lower-cases Turkish by its own rule', () => {
    expect(terms("ISPARTA İzmir'den", { lang: 'tr', stemmer: 'none', stopwords: 'none' })).toEqual([
      'ısparta',
      'izmir',
    ]);
  });

  it('reads both spellings of Romanian', () => {
    const request = { lang: 'ro' };
    expect(terms('științe', request)).toEqual(terms('ştiinţe', request));
  });

  it('reads what writers of Arabic interchange as one', () => {
    const request = { lang: 'ar', stopwords: 'none', stemmer: 'none' };
    expect(terms('كِتَابٌ كتـــاب', request)).toEqual(['كتاب', 'كتاب']);
    expect(terms('أحمد إحمد آحمد احمد', request)).toEqual(Array(4).fill('احمد'));
    expect(terms('ا\u0654حمد مكتبة مستشفى', request)).toEqual(['احمد', 'مكتبه', 'مستشفي']);
    // Stop words are folded alike: written with hamza or without, 'to' is left out.
    expect(terms('إلى الى كتاب', { lang: 'ar' })).toEqual(['كتاب']);
  });

  it('takes off elided articles', () => {
    expect(terms("L’homme d'affaires", { lang: 'fr' })).toEqual(['homm', 'affair']);
    expect(terms("dell'università", { lang: 'it' })).toEqual(['univers']);
  });
});

describe('bigrams', () => {
  const zh: AnalyzerRequest = { lang: 'zh', stopwords: 'none' };
  it('overlap, one position each; a lone character is a term', () => {
    const { tokens, used } = analyze('数据库，中 iPhone手机', zh);
    expect(tokens).toEqual([
      { term: '数据', position: 0, start: 0, end: 2 },
      { term: '据库', position: 1, start: 1, end: 3 },
      { term: '中', position: 2, start: 4, end: 5 },
      { term: 'iphone', position: 3, start: 6, end: 12 },
      { term: '手机', position: 4, start: 12, end: 14 },
    ]);
    expect(used).toBe(5);
  });

  it('normalise half-width kana and decomposed Hangul, with offsets of the original', () => {
    expect(analyze('ﾊﾟｿｺﾝ', zh).tokens).toEqual([
      { term: 'パソ', position: 0, start: 0, end: 3 },
      { term: 'ソコ', position: 1, start: 2, end: 4 },
      { term: 'コン', position: 2, start: 3, end: 5 },
    ]);
    expect(terms('한국어'.normalize('NFD'), zh)).toEqual(terms('한국어', zh));
    expect(terms('か\u3099く', zh)).toEqual(['がく']);
    expect(terms('葛\ufe00飾', zh)).toEqual(['葛飾']);
    expect(analyze('𠀀𠀁x', zh).tokens).toEqual([
      { term: '𠀀𠀁', position: 0, start: 0, end: 4 },
      { term: 'x', position: 1, start: 4, end: 5 },
    ]);
  });

  it('do not depend on where a long run is normalised', () => {
    const run = `${'語'.repeat(9000)}ﾊ`;
    expect(terms(run, zh)).toEqual([...Array(8999).fill('語語'), '語ハ']);
  });
});

describe('words', () => {
  it('come from the dictionary', () => {
    expect(terms('我们在北京大学学习', { lang: 'zh', cjk: 'words', stopwords: 'none' })).toEqual([
      '我们',
      '在',
      '北京',
      '大学',
      '学习',
    ]);
    expect(terms('สวัสดีครับ')).toEqual(['สวัสดี', 'ครับ']);
  });
});

describe('any text', () => {
  const specs = [
    { lang: 'en' },
    { lang: 'none', cjk: 'words' },
    { lang: 'de' },
    { lang: 'tr' },
    { lang: 'ja' },
  ].map((request) => openAnalyzer(makeAnalyzerSpec(request)));
  const alphabet =
    "abcXYZ.,:;'’_-09 \n\té\u0301ßςİΣя\u00adک\u0644क्ष数据ｶﾞ한\u1112\u1161\u11abก😀\ud800\udc00\u200d\ufe0f\u3099𠀀ﷺ①".split(
      '',
    );
  it('gives well-formed terms, ascending positions and ranges that lie in the text', () => {
    const text = fc.oneof(
      fc.array(fc.constantFrom(...alphabet), { maxLength: 60 }).map((parts) => parts.join('')),
      fc.string({ unit: 'binary', maxLength: 60 }),
    );
    fc.assert(
      fc.property(text, fc.constantFrom(...specs), (sample, analyzer) => {
        let last = -1;
        const used = analyzer.analyze(sample, (term, position, start, end) => {
          expect(term).not.toBe('');
          expect(term.isWellFormed()).toBe(true);
          expect(position).toBeGreaterThan(last);
          expect(start).toBeGreaterThanOrEqual(0);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(sample.length);
          last = position;
        });
        expect(used).toBeGreaterThan(last);
      }),
      { numRuns: 5000 },
    );
  });

  it('analyses a text of parts as it does the parts', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...alphabet), { maxLength: 40 }),
        fc.constantFrom(...specs),
        (parts, analyzer) => {
          const cut = Math.floor(parts.length / 2);
          const list = (sample: string) => {
            const out: string[] = [];
            analyzer.analyze(sample, (term) => out.push(term));
            return out;
          };
          const [left, right] = [parts.slice(0, cut).join(''), parts.slice(cut).join('')];
          expect(list(`${left}\n${right}`)).toEqual([...list(left), ...list(right)]);
        },
      ),
      { numRuns: 3000 },
    );
  });
});
