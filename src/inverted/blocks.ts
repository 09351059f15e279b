import { type ByteReader, type ByteWriter, DecodeError } from './bytes.js';
import { Impacts } from './impacts.js';
import { BLOCK } from './layout.js';

/**
 * What is known of the blocks of a long list without their payload: for each block VBytes of the gap
 * from the block before to its last document (less the postings in it), bytes of postings, bytes of
 * positions, and its impacts. Parallel arrays, one element a block.
 */
export interface BlockTable {
  /** Last document of each block, ascending. */
  last: Uint32Array;
  /** Where its postings begin in the list; one more for the end. */
  postings: Float64Array;
  /** Where its positions begin in the list's; one more for the end. */
  positions: Float64Array;
  /** Where its impacts begin in tfs and lengths; one more for the end. */
  impacts: Uint32Array;
  tfs: Float64Array;
  lengths: Float64Array;
}

/** Appends one block. @param previous last document of the block before, -1 for none */
export function writeBlock(
  last: number,
  previous: number,
  count: number,
  postingsBytes: number,
  positionsBytes: number,
  impacts: Impacts,
  out: ByteWriter,
): void {
  out.vbyte(last - previous - count);
  out.vbyte(postingsBytes);
  out.vbyte(positionsBytes);
  impacts.write(out);
}

/**
 * Reads the blocks of a list of df postings.
 * @param postingsBytes,positionsBytes what the blocks must add up to
 * @throws DecodeError
 */
export function readBlocks(
  reader: ByteReader,
  df: number,
  documents: number,
  postingsBytes: number,
  positionsBytes: number,
): BlockTable {
  const n = Math.ceil(df / BLOCK);
  // A block takes four bytes at least: bound before allocating.
  if (n * 4 > reader.bytes.length) throw new DecodeError('the blocks of a list are cut off');
  const last = new Uint32Array(n);
  const postings = new Float64Array(n + 1);
  const positions = new Float64Array(n + 1);
  const starts = new Uint32Array(n + 1);
  const tfs: number[] = [];
  const lengths: number[] = [];
  const impacts = new Impacts();
  let doc = -1;
  for (let b = 0; b < n; b++) {
    doc += reader.vbyte() + Math.min(BLOCK, df - b * BLOCK);
    if (doc >= documents) throw new DecodeError(`document ${doc} of ${documents}`);
    last[b] = doc;
    postings[b + 1] = postings[b] + reader.vbyte();
    positions[b + 1] = positions[b] + reader.vbyte();
    impacts.read(reader);
    for (let i = 0; i < impacts.size; i++) {
      tfs.push(impacts.tfs[i]);
      lengths.push(impacts.lengths[i]);
    }
    starts[b + 1] = tfs.length;
  }
  reader.end();
  if (postings[n] !== postingsBytes || positions[n] !== positionsBytes) {
    throw new DecodeError('the blocks of a list are not as long as the list');
  }
  return {
    last,
    postings,
    positions,
    impacts: starts,
    tfs: Float64Array.from(tfs),
    lengths: Float64Array.from(lengths),
  };
}
