import { beforeAll, expect, test } from 'vitest';
import { Arena, SPACE } from '../../src/kernels/index.js';
import { GraphArena } from '../../src/vector/hnsw/graph.js';
import { GraphBuild, shuffled } from '../../src/vector/hnsw/insert.js';
import { kernelsBuilt } from '../kernels/built.js';
import { random } from '../kernels/rows.js';

beforeAll(kernelsBuilt);

const NODES = 600;
const DIM = 16;
const STRIDE = 64;

test('a graph can be asked for near nodes while it is built, as its repair does', async () => {
  const next = random(5);
  const arena = new Arena();
  const base = arena.allocate(NODES * STRIDE);
  const codes = arena.bytes(base, NODES * STRIDE);
  for (let node = 0; node < NODES; node++) {
    for (let i = 0; i < DIM; i++) codes[node * STRIDE + i] = next() * 256;
  }
  const rows = { base, stride: STRIDE, width: DIM, space: SPACE.byteL2 };
  arena.kernels.setCodes(base, STRIDE, DIM, SPACE.byteL2);
  const levels = new Uint8Array(NODES);
  const graph = new GraphArena(arena, levels, 8);
  const build = await GraphBuild.begin(graph, rows, levels, 50, 1);
  try {
    await build.insert(shuffled(NODES, 1), () => {});
    let right = 0;
    for (let node = 0; node < NODES; node += 10) {
      const distance = (other: number) => {
        let sum = 0;
        for (let i = 0; i < DIM; i++) sum += (codes[node * STRIDE + i] - codes[other * STRIDE + i]) ** 2;
        return sum;
      };
      const nearest = [...graph.nearest(base + node * STRIDE, 50)].slice(0, 10);
      expect(nearest[0]).toBe(node);
      const wanted = Array.from({ length: NODES }, (_, i) => i).sort((a, b) => distance(a) - distance(b));
      right += nearest.filter((found) => distance(found) <= distance(wanted[9])).length;
    }
    expect(right / 600).toBeGreaterThan(0.95);
  } finally {
    build.end();
  }
});
