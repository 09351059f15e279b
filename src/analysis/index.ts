/**
 * analysis: text to terms.
 *
 * Maps a text to (term, position, start, end): cut into words by UAX #29 (bigrams or dictionary
 * words where a script has no spaces), folded (NFKC, case), stop words left out, stemmed, synonyms
 * made one. Which
 * rules, lists and versions is an AnalyzerSpec, recorded in the index, so that a query is analysed
 * as the documents were. Good for: anything that must agree on what a term is (inverted writer,
 * queries, highlighting). Not for: parsing query syntax (inverted).
 *
 * Cost: about 20 MB/s of English on one core; Intl.Segmenter's 1.5 M characters a second for
 * scripts outside Latin, Greek, Cyrillic and CJK bigrams. Memory: two generations of 65,536 cached terms.
 */
export { ANALYSIS_VERSION, openAnalyzer } from './analyzer.js';
export type { Analyzer, EmitTerm } from './contract.js';
export { detectLanguage } from './detect.js';
export { type Language, languages } from './languages.js';
export { type AnalyzerRequest, analyzerWarnings, cjkModes, makeAnalyzerSpec } from './make-spec.js';
export { type AnalyzerChoice, parseAnalyzer } from './parse-analyzer.js';
export type { AnalyzerSpec } from './spec.js';
export { stemmerNames } from './stemmers.js';
export type { CachedTerm } from './term-cache.js';
export { MAX_TOKEN_UNITS } from './tokens.js';
export { readSynonyms, readWords } from './word-files.js';
