/**
 * embedding: texts to vectors, by a command of the user's.
 *
 * Maps texts to vectors of one length. Good for: a model in whatever language it runs in, batches, a cache by content. Not
 * for: models of our own. A command that an index remembers is run only when someone says so.
 */
export { AHEAD, ahead } from './ahead.js';
export { Embedder, type EmbedderOptions } from './embedder.js';
