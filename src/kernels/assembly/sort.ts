// Entries in order, taken apart.

/** Shell's sort with Knuth's gaps (TAOCP 3, 5.2.1): O(size^1.5) at worst, and quick for some hundreds. */
function sortEntries(entries: usize, size: i32): void {
  let gap = 1;
  while (gap < size / 9) gap = 3 * gap + 1;
  for (; gap > 0; gap /= 3) {
    const bytes = (gap as usize) << 3;
    for (let i = gap; i < size; i++) {
      const entry = load<u64>(entries + ((i as usize) << 3));
      let at = i;
      for (; at >= gap; at -= gap) {
        const before = load<u64>(entries + ((at as usize) << 3) - bytes);
        if (before <= entry) break;
        store<u64>(entries + ((at as usize) << 3), before);
      }
      store<u64>(entries + ((at as usize) << 3), entry);
    }
  }
}

export function takeEntries(entries: usize, size: u32, positions: usize, keys: usize): void {
  sortEntries(entries, size as i32);
  for (let i: u32 = 0; i < size; i++) {
    const entry = load<u64>(entries + ((i as usize) << 3));
    store<u32>(positions + ((i as usize) << 2), entry as u32);
    store<u32>(keys + ((i as usize) << 2), (entry >> 32) as u32);
  }
}
