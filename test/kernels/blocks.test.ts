import { beforeAll, expect, test } from 'vitest';
import { Arena, RESERVOIR_HEADER_BYTES, reservoirBytes } from '../../src/kernels/index.js';
import { referenceBlocks } from '../../src/kernels/reference/blocks.js';
import { byKey, type Entry } from '../../src/kernels/reference/scan.js';
import { blockBytes, putCodes, takeCodes } from '../../src/vector/codes/blocks/layout.js';
import { kernelsBuilt } from './built.js';
import { random } from './rows.js';

beforeAll(kernelsBuilt);

const BASES = [3.5, -2, 0, 1e4];

/** Codes of four lists, two of them empty or not on a block's border, and a query, in an arena. */
function table(count: number, groups: number, entryMost: number, seed: number) {
  const next = random(seed);
  const pick = (n: number) => Math.floor(next() * n);
  const codes = Array.from({ length: count }, () => Uint8Array.from({ length: groups }, () => pick(16)));
  const biases = Float32Array.from(codes, () => (next() - 0.5) * 100);
  // Every factor alike now and then, so that distances are equal.
  const factors = Float32Array.from(codes, () => (pick(3) === 0 ? 1 : next()));
  const tables = Array.from({ length: groups }, () =>
    Uint8Array.from({ length: 16 }, () => pick(entryMost + 1)),
  );
  if (count > 5) codes[5] = codes[4];
  const offsets = [
    0,
    Math.floor(count / 3),
    Math.floor(count / 3),
    Math.floor(count / 3) + (count >> 2),
    count,
  ];

  const arena = new Arena();
  const blocks = Math.ceil(count / 32);
  const stride = blockBytes(groups);
  const blocksAt = arena.allocate(blocks * stride);
  const bytes = arena.bytes(blocksAt, blocks * stride);
  codes.forEach((code, position) => {
    putCodes(bytes, position, code);
  });
  const biasesAt = arena.allocate(blocks * 128);
  const factorsAt = arena.allocate(blocks * 128);
  const queryAt = arena.allocate(16 + stride);
  const offsetsAt = arena.allocate(20);
  const listsAt = arena.allocate(16);
  const basesAt = arena.allocate(16);
  const lists = [2, 0, 3, 1];
  arena.f32(biasesAt, count).set(biases);
  arena.f32(factorsAt, count).set(factors);
  const [offset, step] = [-7.25, 0.37];
  arena.f32(queryAt, 2).set([offset, step]);
  tables.forEach((entries, g) => {
    arena.bytes(queryAt + 16 + 16 * g, 16).set(entries);
  });
  arena.u32(offsetsAt, 5).set(offsets);
  arena.u32(listsAt, 4).set(lists);
  arena.f32(basesAt, 4).set(lists.map((list) => BASES[list]));
  arena.kernels.setBlocks(blocksAt, stride / 16, biasesAt, factorsAt);
  const all = BASES.flatMap((base, list) =>
    referenceBlocks({ codes, biases, factors }, tables, offset, step, base, offsets[list], offsets[list + 1]),
  ).sort(byKey);
  const scan = (limit: number, mask: number): Entry[] => {
    const reservoir = arena.tail(reservoirBytes(limit));
    arena.kernels.openReservoir(reservoir, limit);
    arena.kernels.scanBlockLists(queryAt, listsAt, basesAt, 4, offsetsAt, reservoir, mask);
    const size = arena.kernels.closeReservoir(reservoir);
    const words = arena.u32(reservoir + RESERVOIR_HEADER_BYTES, size * 2);
    return Array.from({ length: size }, (_, i) => ({ position: words[2 * i], key: words[2 * i + 1] })).sort(
      byKey,
    );
  };
  return { arena, bytes, stride, codes, all, scan };
}

test.each([
  [1, 1, 127],
  [31, 2, 127],
  [32, 7, 127],
  [33, 64, 127],
  [700, 32, 127],
  [400, 512, 126],
])('%i codes of %i groups: the nearest by their estimates, bit for bit', (count, groups, entryMost) => {
  const { arena, all, scan } = table(count, groups, entryMost, count);
  const mask = arena.allocate(4 * (Math.ceil(count / 32) + 1));
  const chosen = (position: number) => position % 3 === 0 || position % 41 < 9;
  const words = arena.u32(mask, Math.ceil(count / 32));
  for (let i = 0; i < count; i++) if (chosen(i)) words[i >> 5] |= 1 << (i & 31);
  for (const limit of [1, 7, 50, count + 3]) {
    expect(scan(limit, 0)).toEqual(all.slice(0, limit));
    expect(scan(limit, mask)).toEqual(all.filter(({ position }) => chosen(position)).slice(0, limit));
  }
});

test('codes come out of blocks as they went in', () => {
  const { bytes, stride, codes } = table(77, 5, 127, 1);
  codes.forEach((code, position) => {
    const found = new Uint8Array(5);
    const block = position >> 5;
    takeCodes(bytes.subarray(block * stride, (block + 1) * stride), position, found);
    expect(found).toEqual(code);
  });
});
