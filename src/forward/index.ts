/**
 * forward: documents by document number.
 *
 * Maps a document number to its id, its input row and its stored fields, and an id back to its
 * number. Good for: turning a few dozen candidates into what a person asked for. Not for: scanning
 * (a fetch is two positional reads) or ranking.
 */
export { type ForwardReader, openForward } from './reader.js';
export { forwardStructure } from './structure.js';
