/**
 * kernels: the inner loops over vectors, in WebAssembly with 128-bit SIMD.
 *
 * Maps rows of float32 or bytes in an arena (one WebAssembly memory) to distances, nearest rows, graphs and
 * clusters. Sources are assembly/ (AssemblyScript, one .wasm of 250 KB); reference/ says the same in
 * plain TypeScript and is what the tests hold the kernels to, bit for bit where floats are involved.
 * Good for: millions of distances without a JavaScript call between them, the same bits on every
 * machine (no relaxed SIMD, no fused multiply-add, no randomness). Not for: anything above 4 GiB in
 * one arena, argument checking (callers validate), files.
 */
export { ARENA_MAX_BYTES, Arena, aligned, formatBytes } from './arena.js';
export { byteKernels, type TermPlace } from './bytes.js';
export {
  ASSIGN_SCRATCH_BYTES,
  CRC_TABLES_BYTES,
  GRAPH_SCRATCH_BYTES,
  type KernelExports,
  MAX_BYTE_DIMENSION,
  MAX_M,
  NO_LINK,
  orderScratchBytes,
  RESERVOIR_HEADER_BYTES,
  reservoirBytes,
  SCREEN_BLOCK_ROWS,
  SCREEN_RECORD_BYTES,
  SCREEN_ROWS,
  SPACE,
  type Space,
  screenScratchBytes,
} from './exports.js';
export { byteKeyOf, distanceIn, distanceOf, keyOf, NAN_KEY } from './keys.js';
export {
  bitStride,
  byteStride,
  byteWidth,
  encodeScratchBytes,
  laneBytes,
  linkSlots,
  markBytes,
  rowFloats,
  wideCodeBytes,
} from './layout.js';
export { instantiate, kernelModule } from './loader.js';
export type { Pointer } from './pointer.js';
export type { CompiledModule, SharedMemory } from './webassembly.js';
