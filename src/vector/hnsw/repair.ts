import { NO_LINK } from '../../kernels/index.js';

/** Level-0 links: row of node i is `links` from i · slots, of which `most` are used, ended by NO_LINK. */
export interface BaseLinks {
  links: Uint32Array;
  slots: number;
  most: number;
}

/**
 * Links every node so that it can be reached from the entry on level 0. Choosing neighbours by
 * direction drops links both ways, and a node (or a small group far off) may be left with none that
 * lead to it. Such a node is linked from the nearest reachable one that has a free slot, or a slot
 * whose link is not the one its target was reached by: the tree of a breadth-first search stays.
 * O(links), and a search for each node that was lost.
 * @param nearest nodes near a node, nearest first; may name unreachable ones
 * @returns how many links were made
 */
export function reachAll(
  { links, slots, most }: BaseLinks,
  entry: number,
  nearest: (node: number) => Uint32Array,
): number {
  const nodes = links.length / slots;
  /** The node each was reached from; NO_LINK while it is not reached. */
  const parent = new Uint32Array(nodes).fill(NO_LINK);
  const queue = new Uint32Array(nodes);
  let queued = 0;
  let taken = 0;
  const reach = (start: number, from: number) => {
    parent[start] = from;
    queue[queued++] = start;
    while (taken < queued) {
      const node = queue[taken++];
      for (let at = node * slots; at < node * slots + most; at++) {
        const link = links[at];
        if (link === NO_LINK) break;
        if (parent[link] !== NO_LINK) continue;
        parent[link] = node;
        queue[queued++] = link;
      }
    }
  };
  /** Where a host can take a link: its first free slot, or the last that the tree does not need. */
  const slotOf = (host: number): number | undefined => {
    const row = host * slots;
    for (let at = row; at < row + most; at++) if (links[at] === NO_LINK) return at;
    for (let at = row + most - 1; at >= row; at--) if (parent[links[at]] !== host) return at;
    return undefined;
  };
  const hosts = function* (node: number) {
    for (const near of nearest(node)) if (parent[near] !== NO_LINK) yield near;
    // Reached nodes have one tree link each and twice M slots: one of them has room.
    for (let i = 0; i < queued; i++) yield queue[i];
  };

  reach(entry, entry);
  let made = 0;
  for (let node = 0; node < nodes; node++) {
    if (parent[node] !== NO_LINK) continue;
    for (const host of hosts(node)) {
      const slot = slotOf(host);
      if (slot === undefined) continue;
      links[slot] = node;
      made++;
      reach(node, host);
      break;
    }
  }
  return made;
}
