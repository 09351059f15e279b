// The one entry of bytes.wasm: what a query that is a whole process does with the bytes it reads, at full speed from the
// first call on, where JavaScript would be interpreted. Small, since it is compiled at such a start; a memory of its own,
// unshared. Described in ../../bytes.ts.
export { crc32 } from './crc32';
export { findTerm, placeAt, termAt } from './dictionary';
export { decodeBlock, docsAt, tfsAt } from './postings';
export { inputAt } from './input';
