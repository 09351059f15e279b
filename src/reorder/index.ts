/**
 * reorder: an order of documents in which those with terms in common stand near each other.
 *
 * Maps the documents of a segment to the same in another order. Lists of terms then have small gaps: they take less room, and
 * blocks that can't matter to a query are more. Good for: collections that come in no order. Not for: documents without
 * text, or collections in a telling order already (pages of a site by their path), which gain little.
 */
export { bisect, bisectionBytes, type TermSets } from './bisection.js';
export { WaitingRoom } from './waiting-room.js';
