/**
 * inverted: terms to documents.
 *
 * Maps the terms of a segment's text to postings (document, frequency) and positions, and a query
 * to documents scored over all segments: by BM25, its kin or query likelihood (scoring/). All text fields are one virtual field; a phrase
 * stands in one of them. Good for: words, phrases, and saying exactly why a document scored
 * as it did. Not for: deciding what a term is (analysis), or documents themselves (forward).
 *
 * Queries: any text. `"in quotes"` is a phrase, one clause; other text is one clause a term, equal
 * clauses counted. operator 'any': a document needs one clause, a phrase is an alternative like any
 * other (max-score.ts); 'all': it needs every one (conjunction.ts). Both find the same documents and
 * scores as exhaustive scoring, bit for bit. A phrase scores as a term whose tf is its occurrences and whose
 * idf is the sum of its terms', as in Lucene.
 *
 * syntax 'query' (query-syntax.ts) adds needed and excluded parts, groups, fields, slop, prefixes, near
 * words and boosts (prepared-expression.ts); what of it is plain is searched as plain queries are.
 *
 * Cost: a one-shot query reads the sparse index (16 bytes and a term for each 64 terms), one
 * dictionary page a term, what is known of the blocks of its lists (12 bytes for 128 postings),
 * those blocks that can hold a document it wants, and the lengths of the documents it scores.
 */
export { textBranches } from './branches.js';
export { checkTerms } from './check-terms.js';
export type { TermEntry } from './dictionary-page.js';
export { highlight, type Snippet } from './highlight.js';
export { ListWriter } from './list-writer.js';
export { topAny, type Weighted } from './max-score.js';
export { PostingsBuilder } from './postings-builder.js';
export { type Clause, type PhraseTerm, parseQuery } from './query.js';
export { Bm25, type Collection, makeScoring, type Scoring } from './scoring/index.js';
export { SegmentTerms } from './segment-terms.js';
export { textStructure } from './structure.js';
export { TermWalk } from './term-walk.js';
export { TextBranch } from './text-branch.js';
export type { DocumentNumbers } from './whole-numbers.js';
