/**
 * Everything that decides which terms a text becomes, as recorded in an index. Query texts are
 * analysed by the recorded spec, never by today's defaults.
 */
export interface AnalyzerSpec {
  /** Version of our own rules (cutting of long runs, folding, positions): 2 with synonyms or a dictionary, else 1. */
  version: number;
  /** Language the spec was made for: 'en', 'zh', … or 'none'. */
  lang: string;
  /** Name of the stemming algorithm, or 'none'. */
  stemmer: string;
  /** Words left out, as they stand after folding and before stemming; the list itself, so that no package version matters. */
  stopwords: string[];
  /** How runs of Han, Kana (and other scripts written without spaces) become terms. */
  cjk: 'bigrams' | 'words';
  /** Rules of synonyms, as text: what all become, then the others. Only with version 2. */
  synonyms?: string[][];
  /** Words for 'words' that ICU's dictionaries lack. Only with version 2. */
  dictionary?: string[];
  /** ICU and Unicode version of the Node that built the index: word dictionaries change with them. */
  icu: string;
  unicode: string;
}
