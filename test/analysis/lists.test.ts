import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  analyzerWarnings,
  detectLanguage,
  makeAnalyzerSpec,
  openAnalyzer,
} from '../../src/analysis/index.js';
import { ok, scratch, shortlist } from '../helpers/cli.js';

const cwd = scratch();
const terms = (args: string[]) => ok(['analyze', '-q', ...args], { cwd }).stdout.trim();
const hits = (index: string, ...args: string[]) =>
  (
    JSON.parse(ok(['query', index, ...args, '--format', 'jsonl'], { cwd }).stdout).hits as { id: string }[]
  ).map(({ id }) => id);

describe('languages', () => {
  // As Snowball's own stemmers for Python have them.
  it.each([
    ['ar', 'المكتبات كتابها يكتبون', 'مكتب كتاب يكتب'],
    ['ca', 'biblioteques caminant', 'bibliot camin'],
    ['el', 'βιβλιοθηκών τρέχουμε', 'βιβλιοθηκ τρεχ'],
    ['eu', 'etxeetan liburuak', 'etxe liburu'],
    ['ga', 'leabharlanna bhfocal', 'leabharlanna focal'],
    ['hi', 'लड़कियों किताबें', 'लड़क किताब'],
    ['hy', 'գրքերը քաղաքների', 'գրքերը քաղ'],
    ['id', 'membacakan perpustakaannya', 'baca pustaka'],
    ['lt', 'bibliotekose knygomis', 'bibliotek knyg'],
    ['ne', 'किताबहरू घरलाई', 'किताब घर'],
    ['sr', 'bibliotekama књигама', 'bibliotek knjig'],
    ['ta', 'புத்தகங்கள் வீடுகளில்', 'புத்தகம் வீடு'],
  ])('%s is stemmed', (lang, text, wanted) => {
    expect(terms(['--lang', lang, text])).toBe(wanted);
  });

  it('are seen where a script has one of them', () => {
    expect(detectLanguage(['Η βιβλιοθήκη είναι κλειστή'])).toBe('el');
    expect(detectLanguage(['Գրադարանը փակ է'])).toBe('hy');
    expect(detectLanguage(['நூலகம் மூடப்பட்டுள்ளது'])).toBe('ta');
    expect(detectLanguage(['the π and σ of that is'])).toBe('en');
  });

  it('cut by dictionary warn of another one, in bigrams too', () => {
    const spec = { ...makeAnalyzerSpec({ lang: 'none' }), icu: '70.1' };
    expect(analyzerWarnings(spec, 'สวัสดี')).toEqual([expect.stringContaining('Thai, Lao, Khmer or Burmese')]);
    expect(analyzerWarnings(spec, 'hello 数据')).toEqual([]);
    expect(analyzerWarnings({ ...spec, icu: process.versions.icu as string }, 'สวัสดี')).toEqual([]);
  });
});

describe('lists of one’s own', () => {
  beforeAll(() => {
    const write = (name: string, text: string) => writeFileSync(join(cwd, name), text);
    write(
      'synonyms.txt',
      '# rules\nlaptop, notebook, portable computer\n\nnyc, big apple => new york\n电脑, 计算机\n',
    );
    write('words.txt', '向量数据库\n机器学习 # two\n');
    write('stop.txt', 'foo | bar\nBAZ\n');
    write(
      'docs.jsonl',
      [
        { _id: 'a', text: 'a fast notebook in the Big Apple' },
        { _id: 'b', text: 'laptops of New York' },
        { _id: 'c', text: 'a new apple, portable, for a computer' },
        { _id: 'd', text: '我的计算机' },
      ]
        .map((record) => JSON.stringify(record))
        .join('\n'),
    );
  });

  it('synonyms become one term at the place of the first word', () => {
    expect(
      terms(['--lang', 'en', '--synonyms', 'synonyms.txt', 'Notebooks, portable computers; NYC apples']),
    ).toBe('laptop laptop new york appl');
    const { stdout } = ok(
      ['analyze', '--lang', 'en', '--synonyms', 'synonyms.txt', '--json', 'one big apple pie'],
      { cwd },
    );
    expect(JSON.parse(stdout).tokens).toEqual([
      { term: 'one', position: 0, start: 0, end: 3 },
      { term: 'new york', position: 1, start: 4, end: 13 },
      { term: 'pie', position: 3, start: 14, end: 17 },
    ]);
    // A stop word between is another phrase; the longest member wins.
    expect(terms(['--lang', 'en', '--synonyms', 'synonyms.txt', 'portable the computer'])).toBe(
      'portabl comput',
    );
    expect(terms(['--lang', 'zh', '--synonyms', 'synonyms.txt', '计算机'])).toBe('电脑');
  });

  it('documents and queries meet, phrases too; the index remembers', () => {
    ok(['build', 'docs.jsonl', '-o', 's.index', '-q', '--lang', 'en', '--synonyms', 'synonyms.txt'], { cwd });
    expect(hits('s.index', 'portable computer').sort()).toEqual(['a', 'b']);
    expect(hits('s.index', '"notebook of NYC"')).toEqual(['b']);
    expect(hits('s.index', 'new')).toEqual(['c']);
    expect(hits('s.index', '电脑')).toEqual(['d']);
    expect(hits('s.index', '--syntax', 'query', 'lap*').sort()).toEqual(['a', 'b']);
    expect(ok(['info', 's.index'], { cwd }).stdout).toContain('3 rules of synonyms, ICU');
    expect(terms(['--index', 's.index', 'portable computers'])).toBe('laptop');
    const plain = ok(['query', 's.index', 'notebook', '--explain'], { cwd }).stdout;
    expect(plain).toContain('a fast notebook in the Big Apple');
  });

  it('words of a dictionary are taken whole', () => {
    const words = ['--lang', 'zh', '--cjk', 'words', '--dictionary', 'words.txt'];
    expect(terms([...words, '向量数据库与机器学习的关系'])).toBe('向量数据库 机器学习 关系');
    expect(terms([...words.slice(0, 4), '向量数据库'])).toBe('向量 数据 库');
    expect(terms(['--analyzer', 'zh:cjk=words,dictionary=words.txt', '向量数据库'])).toBe('向量数据库');
    ok(['build', 'docs.jsonl', '-o', 'w.index', '-q', ...words], { cwd });
    expect(ok(['info', 'w.index'], { cwd }).stdout).toContain('2 words of a dictionary');
    expect(terms(['--index', 'w.index', '向量数据库'])).toBe('向量数据库');
    expect(ok(['check', 'w.index'], { cwd }).stdout).toContain('sound');
  });

  it('stop words come from a file', () => {
    expect(terms(['--lang', 'en', '--stopwords', './stop.txt', 'the foo bar baz'])).toBe('the bar');
  });

  it('a plain analyser keeps its version, one with lists has another', () => {
    expect(makeAnalyzerSpec({ lang: 'en' }).version).toBe(1);
    const spec = makeAnalyzerSpec({ lang: 'en', synonyms: [{ members: ['y'], to: 'x' }] });
    expect(spec).toMatchObject({ version: 2, synonyms: [['x', 'y']] });
    const out: string[] = [];
    openAnalyzer(JSON.parse(JSON.stringify(spec))).analyze('y x z', (term) => out.push(term));
    expect(out).toEqual(['x', 'x', 'z']);
  });

  it.each([
    [['--synonyms', 'none.txt'], 'none.txt: no such file; check the path'],
    [['--synonyms', 'words.txt'], "words.txt:1: '向量数据库' stands alone; write 'a, b, c', or 'a => b'"],
    [['--synonyms', 'bad.txt'], "bad.txt:2: not a rule; write 'a, b, c', or 'a, b => c'"],
    [['--synonyms', 'latin.txt'], 'latin.txt: is not UTF-8; save it as UTF-8'],
    [['--synonyms', 'empty.txt'], 'empty.txt: holds no rule'],
    [['--lang', 'en', '--synonyms', 'stops.txt'], "--synonyms: nothing is left of 'the', a stop word"],
    [['--stopwords', './empty.txt'], './empty.txt: holds no word; write one word a line'],
    [['--dictionary', 'words.txt'], '--dictionary is for words: add --cjk words'],
    [['--cjk', 'words', '--dictionary', 'stop.txt'], "--dictionary: 'foo' is not written without blanks"],
    [['--analyzer', 'en:stemer=none'], "'stemer=none' is not name=value; did you mean 'stemmer'?"],
    [['--analyzer', ':cjk=words'], 'begins with a language'],
    [['--analyzer', 'en:cjk=words,cjk=bigrams'], 'cjk is given twice'],
    [['--analyzer', 'en', '--stemmer', 'none'], '--analyzer says it all: write stemmer in it'],
  ])('%j is refused', (args, message) => {
    writeFileSync(join(cwd, 'bad.txt'), 'a, b\na => b => c\n');
    writeFileSync(join(cwd, 'latin.txt'), Buffer.from('caf\xe9, bar\n', 'latin1'));
    writeFileSync(join(cwd, 'stops.txt'), 'der, the\n');
    writeFileSync(join(cwd, 'empty.txt'), '# nothing\n\n');
    const { code, stdout, stderr } = shortlist(['analyze', ...args, 'text'], { cwd });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
  });
});
