import type { Pointer } from './pointer.js';

/** Of what kernels.wasm exports (see exports.ts), what reads and verifies arrays piece by piece. */
export interface PageExports {
  /**
   * Which chunks of an array that some entries lie in are not in place, ascending, as runs that are read at once.
   * @param entries u32[count]; the last may be cut off by the end of the array
   * @param there u8[chunks], 0 for those that are not in place; all of the runs are marked
   * @param gap chunks between two of a run at most @param most chunks of a run
   * @param list u32 for each chunk the entries touch @param runs u32[2] for each of these: the first, and behind the last
   * @returns runs
   */
  missingRuns(
    entries: Pointer,
    count: number,
    entryBytes: number,
    chunkBytes: number,
    chunks: number,
    there: Pointer,
    gap: number,
    most: number,
    list: Pointer,
    runs: Pointer,
  ): number;
  /**
   * Compares chunks in place with their checksums. @param runs u32[count][2] @param base where the array stands
   * @param crcs u32 by chunk @param tables what makeChecksums() left
   * @returns the first chunk that is not what was written, -1: none
   */
  damagedChunk(
    runs: Pointer,
    count: number,
    base: Pointer,
    chunkBytes: number,
    arrayBytes: number,
    crcs: Pointer,
    tables: Pointer,
  ): number;
  /** @param tables CRC_TABLES_BYTES */
  makeChecksums(tables: Pointer): void;
  /** Sum of u8[count]. */
  sumBytes(at: Pointer, count: number): number;
}
