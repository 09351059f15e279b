/**
 * segment: the msgpack container every index file uses.
 *
 * Maps named arrays (typed, shaped, checksummed) and a little metadata to one immutable file that
 * any msgpack library can walk, and back: whole arrays read straight into place, or verified ranges
 * of them by positional reads. The bytes are laid down in docs/format.md.
 * Good for: data that is written once in order and read by name. Not for: anything that changes
 * after it is written, or many small values (those go into the metadata map).
 */

export { decodeEnvelope, encodeEnvelope } from './envelope.js';
export {
  type ArrayInfo,
  type DType,
  dtypeBytes,
  FORMAT_VERSION,
  OLDEST_FORMAT_VERSION,
  SMALL_CHUNK_BYTES,
} from './format.js';
export { encodeMetadata } from './metadata.js';
export { decodeMessagePack, type MsgMap, type MsgValue } from './msgpack.js';
export { bitsFor, PackedNumbers, PackedWriter } from './packed.js';
export type { Pages } from './pages.js';
export { ReadCounter } from './read-counter.js';
export { SegmentReader } from './reader.js';
export { type ArraySink, SegmentWriter } from './writer.js';
