import { beforeAll, describe, expect, test } from 'vitest';
import {
  Arena,
  distanceOf,
  NAN_KEY,
  SCREEN_RECORD_BYTES,
  SPACE,
  screenScratchBytes,
} from '../../src/kernels/index.js';
import {
  codeBlocks,
  referenceBound,
  referenceTailBound,
  type ScreenCase,
} from '../../src/kernels/reference/screen.js';
import { kernelsBuilt } from './built.js';
import { place, random, randomRows } from './rows.js';

beforeAll(kernelsBuilt);

const COUNT = 203;
const DIM = 12;

/** Codes that say nothing of the rows: which rows are measured is then told by the codes alone. */
function randomCase(pairs: number, tailBytes: number, seed: number): ScreenCase {
  const next = random(seed);
  const code = () => Math.round(next() * 254) - 127;
  return {
    codes: Int8Array.from({ length: COUNT * 2 * pairs }, code),
    norms: Int32Array.from({ length: COUNT }, () => next() * 3e6),
    pairs,
    tails: Int8Array.from({ length: COUNT * tailBytes }, code),
    tailNorms: Int32Array.from({ length: COUNT }, () => next() * 1e5),
    tailBytes,
  };
}

function bytes(data: ArrayBufferView): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

describe.each([
  [1, 0],
  [3, 0],
  [6, 8],
  [17, 24],
])('%i pairs and a tail of %i', (pairs, tailBytes) => {
  test.each([
    [1, true],
    [2, true],
    [5, true],
    [5, false],
  ])('%i queries measure just the rows whose bounds are low enough', (queries, euclidean) => {
    const screen = randomCase(pairs, tailBytes, pairs + queries);
    const rows = randomRows(COUNT, DIM, 5);
    const arena = new Arena();
    const base = place(arena, rows);
    const put = (data: ArrayBufferView) => {
      const at = arena.allocate(data.byteLength + 64);
      arena.bytes(at, data.byteLength).set(bytes(data));
      return at;
    };
    const padded = new Int32Array(Math.ceil(COUNT / 16) * 16);
    padded.set(screen.norms);
    const blocksAt = put(codeBlocks(screen, COUNT));
    const normsAt = put(padded);
    const [tailsAt, tailNormsAt] = [put(screen.tails), put(screen.tailNorms)];
    const next = random(77);
    const weight = () => Math.round((next() - 0.5) * 2000);
    const records = arena.allocate(queries * SCREEN_RECORD_BYTES);
    const limit = 7;
    const perUnit = 1e5;
    const [firstError, tailError] = [0.3, 0.2];
    const asked = randomRows(queries, DIM, 9);
    const all = asked.map((query, i) => {
      const weights = Int16Array.from({ length: 2 * pairs }, weight);
      const tailWeights = Int16Array.from({ length: tailBytes }, weight);
      const out = arena.allocate(COUNT * 8);
      const record = records + i * SCREEN_RECORD_BYTES;
      const mostKey = 0x80000000 + 0x40a00000;
      const fields = [put(weights), put(tailWeights), put(query), out, 0, limit, 1, mostKey];
      arena.u32(record, 8).set(fields);
      arena.f64(record + 40, 5).set([0.9, 0.1, 0.25, 4321, -1234]);
      return { query, weights, tailWeights, out, record, mostKey };
    });
    const { kernels } = arena;
    kernels.setCodes(base, DIM * 4, DIM * 4, SPACE.l2);
    kernels.setScreen(blocksAt, normsAt, pairs, tailsAt, tailNormsAt, tailBytes, euclidean, perUnit);
    const scratch = arena.allocate(screenScratchBytes(limit, pairs));
    kernels.screenRows(records, queries, 0, COUNT, firstError, tailError, scratch);
    let ruledOut = 0;
    for (const { weights, tailWeights, query, out, record, mostKey } of all) {
      const most = (error: number) => {
        const reach = distanceOf(mostKey) * 0.9 + 0.1;
        return (euclidean ? (Math.sqrt(reach) + 0.25 + error) ** 2 : reach + 0.25 * error) * perUnit;
      };
      const expected: number[] = [];
      rows.forEach((row, position) => {
        let distance = 0;
        for (let j = 0; j < DIM; j++) distance += (row[j] - query[j]) ** 2;
        if (distance > distanceOf(mostKey)) return;
        const first = referenceBound(screen, position, weights) <= Math.floor(most(firstError) + 4321);
        const whole =
          referenceTailBound(screen, position, weights, tailWeights) <= Math.floor(most(tailError) - 1234);
        if (first && (tailBytes === 0 || whole)) expected.push(position);
        else ruledOut++;
      });
      const found = [...arena.u32(out, arena.u32(record + 16, 1)[0])];
      expect(found.sort((a, b) => a - b)).toEqual(expected);
    }
    expect(ruledOut).toBeGreaterThan(0);
  });

  test('with room in the bounds for every row, the nearest are those of a plain scan', () => {
    const screen = randomCase(pairs, tailBytes, 3);
    const rows = randomRows(COUNT, DIM, 6);
    const arena = new Arena();
    const base = place(arena, rows);
    const zeros = arena.allocate(1 << 16);
    const blocksAt = arena.allocate(1 << 16);
    arena.bytes(blocksAt, codeBlocks(screen, COUNT).length).set(bytes(codeBlocks(screen, COUNT)));
    const records = arena.allocate(3 * SCREEN_RECORD_BYTES);
    const queries = place(arena, randomRows(3, DIM, 8));
    const limit = 9;
    const heaps = arena.allocate(3 * limit * 8);
    for (let i = 0; i < 3; i++) {
      const record = records + i * SCREEN_RECORD_BYTES;
      const fields = [zeros, zeros, queries + i * DIM * 4, heaps + i * limit * 8, 0, limit, 0, NAN_KEY];
      arena.u32(record, 8).set(fields);
      arena.f64(record + 40, 5).set([1, 0, 0, 0, 0]);
    }
    const { kernels } = arena;
    kernels.setCodes(base, DIM * 4, DIM * 4, SPACE.l2);
    kernels.setScreen(blocksAt, zeros, pairs, zeros, zeros, tailBytes, true, 1);
    const scratch = arena.allocate(screenScratchBytes(limit, pairs));
    for (let from = 0; from < COUNT; from += 64)
      kernels.screenRows(records, 3, from, Math.min(COUNT, from + 64), 0, 0, scratch);
    const heap = arena.allocate(limit * 8);
    const sorted = (at: number) => [...new BigUint64Array(arena.memory.buffer, at, limit)].sort();
    for (let i = 0; i < 3; i++) {
      expect(kernels.scanRows(queries + i * DIM * 4, 0, COUNT, heap, 0, limit)).toBe(limit);
      expect(sorted(heaps + i * limit * 8)).toEqual(sorted(heap));
    }
  });
});

test('projections are the inner products with the axes', () => {
  const next = random(4);
  for (const [count, axes, floats] of [
    [1, 4, 4],
    [3, 8, 10],
    [8, 12, 36],
  ]) {
    const arena = new Arena();
    const fill = (length: number) => {
      const at = arena.allocate(length * 8);
      const values = Float64Array.from({ length }, () => next() - 0.5);
      arena.f64(at, length).set(values);
      return { at, values };
    };
    const rows = fill(count * floats);
    const directions = fill(axes * floats);
    const out = arena.allocate(count * axes * 8);
    arena.kernels.projectRows(rows.at, count, directions.at, axes, floats, out);
    const found = arena.f64(out, count * axes);
    for (let i = 0; i < count; i++) {
      for (let k = 0; k < axes; k++) {
        let sum = 0;
        for (let j = 0; j < floats; j++)
          sum += rows.values[i * floats + j] * directions.values[k * floats + j];
        expect(found[i * axes + k]).toBeCloseTo(sum, 13);
      }
    }
  }
});
