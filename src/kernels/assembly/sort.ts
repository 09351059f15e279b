// Entries of a heap in order, taken apart.

/** Puts the largest of a heap behind the rest, again and again (Williams, 1964). */
function sortHeap(heap: usize, size: u32): void {
  for (let end = size; end > 1; ) {
    end--;
    const behind = heap + ((end as usize) << 3);
    const entry = load<u64>(behind);
    store<u64>(behind, load<u64>(heap));
    let at: u32 = 0;
    for (;;) {
      let child: u32 = 2 * at + 1;
      if (child >= end) break;
      let below = load<u64>(heap + ((child as usize) << 3));
      if (child + 1 < end) {
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
  }
}

export function takeEntries(heap: usize, size: u32, positions: usize, keys: usize): void {
  sortHeap(heap, size);
  for (let i: u32 = 0; i < size; i++) {
    const entry = load<u64>(heap + ((i as usize) << 3));
    store<u32>(positions + ((i as usize) << 2), entry as u32);
    store<u32>(keys + ((i as usize) << 2), (entry >> 32) as u32);
  }
}
