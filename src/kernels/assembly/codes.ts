// The table of codes distances are computed on. Today a code is the float32 row itself; a
// quantiser is another table and another distance, with the same callers.

/** Address of code 0. */
export let codes: usize = 0;
/** Bytes from one code to the next; a multiple of 16. */
export let codeBytes: usize = 0;
/** 0: squared Euclidean distance, 1: minus the inner product. */
export let metric: i32 = 0;

/** Bytes of a row that touch() asks for: what lies behind is fetched by the hardware's own prefetcher. */
let touchBytes: usize = 0;
const TOUCH_MOST: usize = 512;

export function setCodes(base: usize, stride: usize, space: i32): void {
  codes = base;
  codeBytes = stride;
  metric = space;
  touchBytes = min(stride, TOUCH_MOST);
}

@inline
export function codeAt(id: u32): usize {
  return codes + (id as usize) * codeBytes;
}

/**
 * Loads a byte of each cache line of a code. WebAssembly has no prefetch; issuing the loads of all
 * neighbours in one short loop, before any arithmetic waits for one of them, lets the misses overlap.
 * @returns something that depends on the loads; sink it, or the optimiser drops them
 */
@inline
export function touch(id: u32): u32 {
  const at = codeAt(id);
  let sum: u32 = 0;
  for (let offset: usize = 0; offset < touchBytes; offset += 64) sum |= load<u8>(at + offset);
  return sum;
}
