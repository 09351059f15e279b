// A reservoir: the `limit` smallest entries (key << 32 | position) of any number offered. Entries
// that may belong are appended; when twice as many are there, a selection keeps the smaller half.
// O(1) for an entry, where a heap takes O(log limit). What is left at the end does not depend on the
// order they came in.

/** Header: u32 entries, u32 limit, u32 largest key that may still belong. Then the entries. */
const LIMIT: usize = 4;
const WORST: usize = 8;
const ENTRIES: usize = 16;

export function openReservoir(at: usize, limit: u32): void {
  store<u32>(at, 0);
  store<u32>(at, limit, LIMIT);
  store<u32>(at, 0xffffffff, WORST);
}

/** Entries with a larger key need not be offered. */
@inline
export function worstKey(at: usize): u32 {
  return load<u32>(at, WORST);
}

@inline
export function offerTo(at: usize, key: u32, position: u32): void {
  let size = load<u32>(at);
  store<u64>(at + ((size as usize) << 3), ((key as u64) << 32) | (position as u64), ENTRIES);
  size++;
  store<u32>(at, size);
  if (size == 2 * load<u32>(at, LIMIT)) halve(at);
}

/** Keeps the `limit` smallest: Hoare's quickselect, the middle entry as pivot. */
function halve(at: usize): void {
  const limit = load<u32>(at, LIMIT) as i32;
  const entries = at + ENTRIES;
  let low: i32 = 0;
  let high = (load<u32>(at) as i32) - 1;
  while (low < high) {
    const pivot = load<u64>(entries + ((((low + high) >> 1) as usize) << 3));
    let i = low;
    let j = high;
    while (i <= j) {
      while (load<u64>(entries + ((i as usize) << 3)) < pivot) i++;
      while (load<u64>(entries + ((j as usize) << 3)) > pivot) j--;
      if (i <= j) {
        const a = entries + ((i as usize) << 3);
        const b = entries + ((j as usize) << 3);
        const held = load<u64>(a);
        store<u64>(a, load<u64>(b));
        store<u64>(b, held);
        i++;
        j--;
      }
    }
    if (limit - 1 <= j) high = j;
    else if (limit - 1 >= i) low = i;
    else break;
  }
  let worst: u32 = 0;
  for (let i = 0; i < limit; i++) {
    const key = (load<u64>(entries + ((i as usize) << 3)) >> 32) as u32;
    if (key > worst) worst = key;
  }
  store<u32>(at, limit);
  store<u32>(at, worst, WORST);
}

/** Leaves the smallest entries offered, in no order. @returns how many, `limit` at most */
export function closeReservoir(at: usize): u32 {
  if (load<u32>(at) > load<u32>(at, LIMIT)) halve(at);
  return load<u32>(at);
}
