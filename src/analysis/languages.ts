/** A language text can be analysed as. */
export interface Language {
  /** What --lang takes: ISO 639-1, or 'none'. */
  code: string;
  name: string;
  /** Stemmer used unless another is asked for. */
  stemmer: string;
  /** Where the default stop words come from: Lucene's 33 of English, stopwords-iso, or none. */
  stopwords: 'lucene' | 'iso' | 'none';
}

const language = (code: string, name: string, stemmer: string, stopwords: Language['stopwords'] = 'iso') => ({
  code,
  name,
  stemmer,
  stopwords,
});

/**
 * Languages of --lang. What the scripts of Chinese, Japanese and Korean become does not depend on the
 * language, so a mixed collection needs no choice; Chinese has stop words besides (most are words of
 * two characters, so they are bigrams too: nDCG@10 .9818 to .9854 on CMRC 2018, .1889 to .1956 on MedDialog).
 */
export const languages: readonly Language[] = [
  language('en', 'English', 'porter2', 'lucene'),
  language('da', 'Danish', 'danish'),
  language('de', 'German', 'german'),
  language('es', 'Spanish', 'spanish'),
  language('fi', 'Finnish', 'finnish'),
  language('fr', 'French', 'french'),
  language('hu', 'Hungarian', 'hungarian'),
  language('it', 'Italian', 'italian'),
  language('nl', 'Dutch', 'dutch'),
  language('no', 'Norwegian', 'norwegian'),
  language('pt', 'Portuguese', 'portuguese'),
  language('ro', 'Romanian', 'romanian'),
  language('ru', 'Russian', 'russian'),
  language('sv', 'Swedish', 'swedish'),
  language('tr', 'Turkish', 'turkish'),
  language('ar', 'Arabic', 'arabic'),
  language('ca', 'Catalan', 'catalan'),
  language('el', 'Greek', 'greek'),
  language('eu', 'Basque', 'basque'),
  language('ga', 'Irish', 'irish'),
  language('hi', 'Hindi', 'hindi'),
  language('hy', 'Armenian', 'armenian'),
  language('id', 'Indonesian', 'indonesian'),
  language('lt', 'Lithuanian', 'lithuanian'),
  language('ne', 'Nepali', 'nepali', 'none'),
  language('sr', 'Serbian', 'serbian', 'none'),
  language('ta', 'Tamil', 'tamil', 'none'),
  language('ja', 'Japanese', 'none', 'none'),
  language('ko', 'Korean', 'none', 'none'),
  language('zh', 'Chinese', 'none'),
  language('none', 'any other, or several', 'none', 'none'),
];

/** Lucene's EnglishAnalyzer.ENGLISH_STOP_WORDS_SET: few enough that hardly a query is emptied by it. */
export const ENGLISH_STOP_WORDS =
  'a an and are as at be but by for if in into is it no not of on or such that the their then there these they this to was will with'.split(
    ' ',
  );
