// A reservoir: the `limit` smallest entries (key << 32 | position) of any number offered. Entries
// that may belong are appended; when twice as many are there, about the smaller half is kept.
// O(1) for an entry, where a heap takes O(log limit). What is left at the end does not depend on the
// order they came in.

/** Header: u32 entries, u32 limit, u32 largest key that may still belong, u32 entries when it is full. Then the entries. */
const LIMIT: usize = 4;
const WORST: usize = 8;
const FULL: usize = 12;
const ENTRIES: usize = 16;

/** Fewer than that are sooner in order than counted. */
const COUNTED_LEAST: u32 = 8;

export function openReservoir(at: usize, limit: u32): void {
  store<u32>(at, 0);
  store<u32>(at, limit, LIMIT);
  store<u32>(at, 0xffffffff, WORST);
  store<u32>(at, limit < COUNTED_LEAST ? 2 * limit : (2 * limit) & ~3, FULL);
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
  if (size == load<u32>(at, FULL)) makeRoom(at);
}

/** Keys of four entries. */
@inline
function fourKeys(entry: usize): v128 {
  return v128.shuffle<i32>(v128.load(entry), v128.load(entry, 16), 1, 3, 5, 7);
}

/** How many of the keys from `entries` to `end`, in fours, are `most` at most. */
@inline
function countWithin(entries: usize, end: usize, most: u32): u32 {
  const limit = i32x4.splat(most);
  let sums = i32x4.splat(0);
  for (let entry = entries; entry < end; entry += 32) sums = i32x4.sub(sums, i32x4.le_u(fourKeys(entry), limit));
  return (
    i32x4.extract_lane(sums, 0) + i32x4.extract_lane(sums, 1) + i32x4.extract_lane(sums, 2) + i32x4.extract_lane(sums, 3)
  );
}

/**
 * Keeps entries up to a key that `limit` of them are within, and `slack` more at most: the key is sought by halves,
 * in steps that no branch waits for.
 * @returns false when there is no such key, among equal ones; nothing has changed then
 */
function cut(at: usize, slack: u32): bool {
  const limit = load<u32>(at, LIMIT);
  const entries = at + ENTRIES;
  let end = entries + ((load<u32>(at) as usize) << 3);
  // Fours are made whole by what is never within.
  const whole = entries + ((((load<u32>(at) + 3) & ~3) as usize) << 3);
  for (; end < whole; end += 8) store<u64>(end, u64.MAX_VALUE);
  let least = i32x4.splat(-1);
  let largest = i32x4.splat(0);
  for (let entry = entries; entry < end; entry += 32) {
    const keys = fourKeys(entry);
    least = i32x4.min_u(least, keys);
    largest = i32x4.max_u(largest, keys);
  }
  // Within `low` are fewer than wanted, or those equal to the least; within `high` are `held`.
  let low = lowest(least);
  let high = min(highest(largest), load<u32>(at, WORST));
  let held: u32 = load<u32>(at);
  while (held > limit + slack && high - low > 1) {
    const middle = low + ((high - low) >> 1);
    const within = countWithin(entries, end, middle);
    if (within < limit) low = middle;
    else {
      high = middle;
      held = within;
    }
  }
  if (held > limit + slack) return false;
  let out = entries;
  for (let entry = entries; entry < end; entry += 8) {
    const one = load<u64>(entry);
    store<u64>(out, one);
    out += ((one >> 32) as u32) <= high ? 8 : 0;
  }
  store<u32>(at, held);
  store<u32>(at, high, WORST);
  return true;
}

@inline
function lowest(four: v128): u32 {
  const two = i32x4.min_u(four, v128.shuffle<i32>(four, four, 2, 3, 0, 1));
  return i32x4.extract_lane(i32x4.min_u(two, v128.shuffle<i32>(two, two, 1, 0, 3, 2)), 0);
}

@inline
function highest(four: v128): u32 {
  const two = i32x4.max_u(four, v128.shuffle<i32>(four, four, 2, 3, 0, 1));
  return i32x4.extract_lane(i32x4.max_u(two, v128.shuffle<i32>(two, two, 1, 0, 3, 2)), 0);
}

/** Of a full reservoir. */
function makeRoom(at: usize): void {
  const limit = load<u32>(at, LIMIT);
  if (limit < COUNTED_LEAST || !cut(at, limit >> 2)) halve(at);
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
  const limit = load<u32>(at, LIMIT);
  if (load<u32>(at) > limit && (limit < COUNTED_LEAST || !cut(at, 0))) halve(at);
  return load<u32>(at);
}
