import { CorruptError } from '../../errors/index.js';
import { NO_LINK } from '../../kernels/index.js';
import { expectShape, loadOrder, type VectorPart } from '../part.js';
import { linkShape } from './graph.js';
import { upperRows } from './levels.js';
import { graphMeta, loadLevels } from './search.js';

/**
 * Rows of links are ended properly, link existing nodes of the level, never a node to itself or
 * twice to another; every node can be reached from the entry on level 0. O(links).
 * @throws CorruptError
 */
export function checkHnsw(part: VectorPart): void {
  const { reader, name, count } = part;
  const { m, entry, maxLevel } = graphMeta(part);
  loadOrder(part);
  const { below, above } = linkShape(m);
  const levels = loadLevels(part, above, entry, maxLevel);
  expectShape(part, 'links', 'u32', [count, below]);
  const links = reader.loadU32(`${name}/links`);
  const upper = reader.loadU32(`${name}/upper`);
  const { first } = upperRows(levels);
  /** The last row each node was met in, as a running number. */
  const met = new Uint32Array(count);
  let rows = 0;

  const checkRow = (
    array: Uint32Array,
    start: number,
    slots: number,
    most: number,
    node: number,
    level: number,
  ) => {
    const where = `'${name}': node ${node} on level ${level}`;
    rows++;
    let ended = false;
    for (let i = 0; i < slots; i++) {
      const link = array[start + i];
      if (link === NO_LINK) {
        ended = true;
        continue;
      }
      if (ended || i >= most)
        throw new CorruptError(reader.path, `${where} has a link behind the end of its row`);
      if (link >= count || levels[link] < level) {
        throw new CorruptError(reader.path, `${where} links to ${link}, which is not there`);
      }
      if (link === node) throw new CorruptError(reader.path, `${where} links to itself`);
      if (met[link] === rows) throw new CorruptError(reader.path, `${where} links to ${link} twice`);
      met[link] = rows;
    }
  };
  for (let node = 0; node < count; node++) {
    checkRow(links, node * below, below, 2 * m, node, 0);
    for (let level = 1; level <= levels[node]; level++) {
      checkRow(upper, (first[node] + level - 1) * above, above, m, node, level);
    }
  }

  const reached = countReached(links, below, entry);
  if (reached !== count) {
    throw new CorruptError(reader.path, `'${name}': ${count - reached} of ${count} nodes can't be reached`);
  }
}

/** Nodes reached from the entry over level-0 links. */
function countReached(links: Uint32Array, slots: number, entry: number): number {
  const seen = new Uint8Array(links.length / slots);
  const queue = [entry];
  seen[entry] = 1;
  for (const node of queue) {
    for (let at = node * slots; at < (node + 1) * slots && links[at] !== NO_LINK; at++) {
      if (seen[links[at]]) continue;
      seen[links[at]] = 1;
      queue.push(links[at]);
    }
  }
  return queue.length;
}
