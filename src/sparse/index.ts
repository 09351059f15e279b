/**
 * sparse: terms with weights to documents.
 *
 * Maps a field of `{"term": weight}` (learned sparse vectors: SPLADE, uniCOIL, DeepImpact) to inverted lists, and a query of
 * terms with weights to the documents with the greatest inner products, exactly: the lists, blocks and block-max MaxScore of
 * the inverted room, a frequency being a weight (weights.ts). Good for: what a model has weighed. Not for: making the
 * weights, or text (inverted).
 *
 * Cost: that of a disjunction of as many terms; a one-shot query reads the lists of its terms only.
 */
export { sparseBranches } from './branches.js';
export { sparseStructure } from './structure.js';
