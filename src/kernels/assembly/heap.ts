// A bounded max-heap of u64 entries (key << 32 | position): the `limit` smallest offered so far,
// the largest of them at the root. O(log limit) for an entry that enters, O(1) for one that doesn't.

/** @returns the heap's size afterwards */
export function offer(heap: usize, size: u32, limit: u32, entry: u64): u32 {
  if (size < limit) {
    let at = size;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = load<u64>(heap + ((parent as usize) << 3));
      if (above >= entry) break;
      store<u64>(heap + ((at as usize) << 3), above);
      at = parent;
    }
    store<u64>(heap + ((at as usize) << 3), entry);
    return size + 1;
  }
  if (entry >= load<u64>(heap)) return size;
  let at: u32 = 0;
  for (;;) {
    let child: u32 = 2 * at + 1;
    if (child >= size) break;
    let below = load<u64>(heap + ((child as usize) << 3));
    if (child + 1 < size) {
      const other = load<u64>(heap + ((child as usize) << 3), 8);
      if (other > below) {
        below = other;
        child++;
      }
    }
    if (below <= entry) break;
    store<u64>(heap + ((at as usize) << 3), below);
    at = child;
  }
  store<u64>(heap + ((at as usize) << 3), entry);
  return size;
}
