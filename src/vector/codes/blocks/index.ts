/**
 * blocks: codes of 4 bits a group of components, 32 vectors a block.
 *
 * Maps a vector to its list's centroid, a word for each group of the rest (learnt: pq; signs after a
 * random rotation: rabitq) and two numbers that make distances estimated from these right on
 * average. A scan looks 16 table entries up at once. Good for: an eighth of the bytes of lists of byte
 * codes or less, four times as many vectors a second. Not for: graphs, which visit vectors one by
 * one; scores.
 */
export { checkBlocks } from './check.js';
export { BlockDecoder } from './decoder.js';
export { BlockLists } from './table.js';
export { blockStage, type ListLayout, writeBlocks } from './write.js';
