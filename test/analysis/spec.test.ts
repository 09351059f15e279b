import { describe, expect, it } from 'vitest';
import {
  analyzerWarnings,
  detectLanguage,
  languages,
  makeAnalyzerSpec,
  openAnalyzer,
} from '../../src/analysis/index.js';

describe('makeAnalyzerSpec', () => {
  it('writes everything out', () => {
    const spec = makeAnalyzerSpec({ lang: 'en' });
    expect(spec).toEqual({
      version: 1,
      lang: 'en',
      stemmer: 'porter2',
      stopwords: expect.arrayContaining(['the', 'with']),
      cjk: 'bigrams',
      icu: process.versions.icu,
      unicode: process.versions.unicode,
    });
    expect(spec.stopwords).toHaveLength(33);
  });

  it.each(languages.map(({ code }) => code))('opens for %s', (lang) => {
    let count = 0;
    openAnalyzer(makeAnalyzerSpec({ lang })).analyze('Wikipedia 2024 библиотека 東京', () => count++);
    expect(count).toBe(4);
  });

  it('stems by the language', () => {
    const stem = (lang: string, text: string) => {
      const out: string[] = [];
      openAnalyzer(makeAnalyzerSpec({ lang })).analyze(text, (term) => out.push(term));
      return out;
    };
    expect(stem('de', 'Die Häuser der Straße')).toEqual(['haus', 'strass']);
    expect(stem('ru', 'в библиотеках')).toEqual(['библиотек']);
    expect(stem('fr', 'les continuellement')).toEqual(['continuel']);
  });

  it.each([
    [
      { lang: 'english' },
      "--lang english: there are en, da, de, es, fi, fr, hu, it, nl, no, pt, ro, ru, sv, tr, ar, ca, el, eu, ga, hi, hy, id, lt, ne, sr, ta, ja, ko, zh, none; did you mean 'en'?",
    ],
    [{ lang: 'en', stemmer: 'porter' }, "; did you mean 'porter2'?"],
    [{ lang: 'en', stopwords: 'xx' }, '--stopwords xx: there are'],
    [{ lang: 'en', cjk: 'bigram' }, "--cjk bigram: there are bigrams, words; did you mean 'bigrams'?"],
  ])('%j is a mistake of the user', (request, message) => {
    expect(() => makeAnalyzerSpec(request)).toThrow(message);
  });

  it('refuses rules of another version', () => {
    const spec = { ...makeAnalyzerSpec({ lang: 'en' }), version: 3 };
    expect(() => openAnalyzer(spec)).toThrow('rules version 3');
    expect(() => openAnalyzer({ ...makeAnalyzerSpec({ lang: 'en' }), stemmer: 'toString' })).toThrow(
      'unknown',
    );
  });
});

describe('analyzerWarnings', () => {
  it('warns of another dictionary only where one was used', () => {
    const words = { ...makeAnalyzerSpec({ lang: 'zh', cjk: 'words' }), icu: '70.1' };
    expect(analyzerWarnings(words)).toEqual([expect.stringContaining('ICU 70.1')]);
    expect(analyzerWarnings({ ...words, icu: process.versions.icu as string })).toEqual([]);
    expect(analyzerWarnings({ ...words, cjk: 'bigrams' })).toEqual([]);
  });
});

describe('detectLanguage', () => {
  it.each([
    ['en', 'The library has many books that are not in the catalogue, and it was closed for the summer.'],
    [
      'de',
      'Die Bibliothek hat viele Bücher, die nicht im Katalog stehen, und sie war für den Sommer geschlossen.',
    ],
    [
      'fr',
      "La bibliothèque a beaucoup de livres qui ne sont pas dans le catalogue, et elle est fermée pour l'été.",
    ],
    [
      'es',
      'La biblioteca tiene muchos libros que no están en el catálogo, y se cerró para el verano con una fiesta.',
    ],
    [
      'it',
      'La biblioteca ha molti libri che non sono nel catalogo della città, ed è chiusa per la fine di agosto.',
    ],
    [
      'pt',
      'A biblioteca tem muitos livros que não estão no catálogo da cidade, mas foi fechada para uma festa.',
    ],
    [
      'nl',
      'De bibliotheek heeft veel boeken die niet in de catalogus staan, en het is voor de zomer gesloten.',
    ],
    [
      'sv',
      'Biblioteket har många böcker som inte finns i katalogen, och det var stängt för att fira med ett kalas.',
    ],
    [
      'da',
      'Biblioteket havde ikke nogle af de bøger jeg kun skal bruge nu, og hun blev meget glad efter hvad jeg er.',
    ],
    [
      'no',
      'Biblioteket hadde ikke noen av de bøkene jeg bare skal bruke nå, og hun ble mye glad etter hva jeg er.',
    ],
    [
      'fi',
      'Kirjasto on suljettu, mutta se oli auki kun hän kävi siellä ja kirjat ovat myös luettelossa, niin kuin ennen.',
    ],
    ['hu', 'A könyvtár nem volt nyitva, és az a könyv is csak egy volt, hogy még ha van is, már nem kell.'],
    [
      'ro',
      'Biblioteca nu este deschisă pentru că este vară, și cărțile care au fost în catalog sunt la o altă adresă.',
    ],
    [
      'tr',
      'Bu kütüphane çok güzel ve daha büyük bir bina için yeni bir yer var, ama ne kadar olarak belli değil.',
    ],
    [
      'ru',
      'Библиотека закрыта на лето, и это не то, что было в каталоге, но так все книги для нас как из дома.',
    ],
    ['zh', '图书馆有很多书不在目录里，夏天关闭。'],
    ['ja', '図書館には目録にない本がたくさんあり、夏は閉まっています。'],
    ['ko', '도서관에는 목록에 없는 책이 많고 여름에는 문을 닫습니다.'],
    // Plain ASCII that is too short to tell is taken for English; long enough without function words, for none.
    ['en', 'Lorem ipsum dolor sit amet consectetur adipiscing elit sed eiusmod tempor incididunt labore'],
    ['en', ''],
    ['en', 'Dr. No in la la land'],
    [
      'none',
      'Lorem ipsum dolor sit amet consectetur adipiscing elit sed eiusmod tempor incididunt labore. '.repeat(
        5,
      ),
    ],
    ['none', 'café 日本 zürich'],
  ])('%s', (lang, text) => {
    expect(detectLanguage([text])).toBe(lang);
  });
});
