/** How long a group of queries may take before those behind it wait too long for their first answer. */
const GROUP_MS = 50;

/**
 * How many queries of a stream are answered together: more while that takes less than GROUP_MS, fewer where it takes
 * longer. A caller who waits for the answer to one query gets it at once; input that is piled up goes faster.
 */
export class Pace {
  size: number;
  /** Groups are full, whatever there is to wait for: of a file, whose rest comes anyway. */
  readonly full: boolean;
  private readonly most: number;

  constructor(most: number, full: boolean) {
    this.most = most;
    this.full = full;
    this.size = full ? most : 1;
  }

  took(ms: number): void {
    if (this.full) return;
    if (ms < GROUP_MS / 2) this.size = Math.min(this.most, this.size * 2);
    else if (ms > GROUP_MS) this.size = Math.max(1, this.size >> 1);
  }
}

/**
 * Groups of items that are there without waiting, at most `pace.size` each; an empty group says that the source has to be
 * waited for. Where `pace.full`, all but the last are of that size. What is thrown comes after the group before it.
 */
export async function* groupsOf<T>(source: AsyncGenerator<T>, pace: Pace): AsyncGenerator<T[]> {
  const pull = () => {
    const next = source.next();
    // Looked at below; until then a failure must not count as unhandled.
    next.catch(() => {});
    return next;
  };
  let next = pull();
  try {
    for (;;) {
      const group: T[] = [];
      // What needs no input settles before the event loop turns.
      const turn = new Promise<undefined>((resolve) => setImmediate(resolve, undefined));
      let ended = false;
      let failure: { error: unknown } | undefined;
      try {
        while (group.length < pace.size) {
          const item = pace.full ? await next : await Promise.race([next, turn]);
          if (item === undefined) break;
          if (item.done) {
            ended = true;
            break;
          }
          group.push(item.value);
          next = pull();
        }
      } catch (error) {
        failure = { error };
      }
      if (group.length > 0) yield group;
      if (failure) throw failure.error;
      if (ended) return;
      if (group.length === 0) {
        yield group;
        await next.catch(() => {});
      }
    }
  } finally {
    await source.return(undefined);
  }
}
