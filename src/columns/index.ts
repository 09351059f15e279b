/**
 * columns: values of keyword and number fields by document, for filters.
 *
 * Maps a keyword field to a sorted dictionary with the list of each value's documents, and a number
 * field to one code a document, as narrow as its numbers allow. Both answer one question: which
 * documents have a value in a range. Good for: turning a comparison into a set of documents in one
 * pass over a list or a column. Not for: fetching what a document holds (forward), or ranking.
 */
export { openColumns } from './columns.js';
export { columnsStructure } from './structure.js';
