/** Queries for an index that nobody has judged: its own documents, looked for again. */

export { KNOWN_ITEMS, type KnownItems, type KnownItemsNote, knownItems } from './known-items.js';
