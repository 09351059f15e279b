import { INPUT } from './input';

/** Of src/inverted/dictionary-page.ts, which says what the bytes mean; its tests hold the two to each other. */
const NIBBLE: u32 = 15;
const BLOCK: u64 = 128;
/** Bytes of a term at most; a page with a longer one is not for us. */
const LONGEST: u32 = 256;

const TERM: usize = memory.data(256, 16);
const CURRENT: usize = memory.data(256, 16);
/** Where the numbers of the term that was found begin, and where its lists do: at, postings, blocks, positions. */
const PLACE: usize = memory.data(4 * 8, 16);

export function termAt(): usize {
  return TERM;
}

export function placeAt(): usize {
  return PLACE;
}

let at: usize = 0;
let end: usize = 0;
let sound: bool = true;

function vbyte(): u64 {
  let value: u64 = 0;
  for (let shift: u64 = 0; shift < 56; shift += 7) {
    if (at >= end) break;
    const byte = <u64>load<u8>(at++);
    value |= (byte & 127) << shift;
    if (byte < 128) {
      if (value <= 9007199254740991) return value;
      break;
    }
  }
  sound = false;
  return 0;
}

/** Below 0, 0 or above, as the current term is before, at or behind the one that is looked for. */
function compare(length: u32, wanted: u32): i32 {
  const both = min(length, wanted);
  for (let i: u32 = 0; i < both; i++) {
    const difference = <i32>load<u8>(CURRENT + i) - <i32>load<u8>(TERM + i);
    if (difference !== 0) return difference;
  }
  return <i32>length - <i32>wanted;
}

/** @returns 2 with the place at placeAt(), 1 when the page has no such term, 0 for a page that is not taken */
export function findTerm(length: u32, wanted: u32, terms: u32, documents: u32): u32 {
  at = INPUT;
  end = INPUT + length;
  sound = true;
  let postings = vbyte();
  let blocks = vbyte();
  let positions = vbyte();
  let current: u32 = 0;
  for (let term: u32 = 0; term < terms; term++) {
    if (at >= end) return 0;
    const code = <u32>load<u8>(at++);
    let shared = code >> 4;
    if (shared === NIBBLE) shared += <u32>min(vbyte(), 65536);
    let fresh = code & 15;
    if (fresh === NIBBLE) fresh += <u32>min(vbyte(), 65536);
    if (!sound || shared > current || shared + fresh > LONGEST || at + fresh > end) return 0;
    memory.copy(CURRENT + shared, at, fresh);
    at += fresh;
    current = shared + fresh;
    const order = compare(current, wanted);
    if (order === 0) {
      store<f64>(PLACE, <f64>(at - INPUT));
      store<f64>(PLACE, <f64>postings, 8);
      store<f64>(PLACE, <f64>blocks, 16);
      store<f64>(PLACE, <f64>positions, 24);
      return 2;
    }
    const frequency = vbyte();
    const df = (frequency >> 1) + 1;
    const more = (frequency & 1) !== 0 ? vbyte() : 0;
    if (df > <u64>documents || ((frequency & 1) !== 0 && more === 0)) return 0;
    if (df === 1) {
      if (vbyte() >= <u64>documents) return 0;
    } else postings += vbyte();
    if (df >= BLOCK) blocks += vbyte();
    const last = vbyte();
    if (df + more > 1) positions += last;
    else if (last > 0xffffffff) return 0;
    if (!sound) return 0;
    // Behind where it would stand.
    if (order > 0) return 1;
  }
  return 1;
}
