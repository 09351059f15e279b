// The table of codes distances are computed on: float32 rows, or bytes. Callers name a table before
// they measure; what a distance is there follows from the space (see ../exports.ts).

/** Address of code 0. */
export let codes: usize = 0;
/** Bytes from one code to the next. */
export let codeBytes: usize = 0;
/** Bytes of a code that are compared, a multiple of 16. */
export let codeWidth: usize = 0;
/** Number of the distance space, see SPACE in ../exports.ts. */
export let space: i32 = 0;

/** Bytes of a row that touch() asks for: what lies behind is fetched by the hardware's own prefetcher. */
let touchBytes: usize = 0;
const TOUCH_MOST: usize = 512;

export function setCodes(base: usize, stride: usize, width: usize, spaceNumber: i32): void {
  codes = base;
  codeBytes = stride;
  codeWidth = width;
  space = spaceNumber;
  touchBytes = min(width, TOUCH_MOST);
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
  return touchAt(codeAt(id));
}

/** The same of a code wherever it stands. */
@inline
export function touchAt(at: usize): u32 {
  let sum: u32 = load<u8>(at);
  for (let offset: usize = 64; offset < touchBytes; offset += 64) sum |= load<u8>(at + offset);
  return sum;
}
