import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { SpillDirectory, SpillingIdMap } from '../../src/storage/index.js';
import { random, scratch } from './scratch.js';

const { folder } = scratch();

/** The smallest table: 1,024 slots, of which 716 may fill before a run is spilled. */
const SMALLEST = 0;
const RUN = 716;

describe('SpillingIdMap', () => {
  test('50,000 ids in 69 runs: each is found with its value, none that was not put', () => {
    const root = folder();
    const spills = new SpillDirectory(root);
    const map = new SpillingIdMap(spills, SMALLEST);
    const ids = 50_000;
    for (let i = 0; i < ids; i++) {
      if (map.putIfAbsent(`doc-${i}`, i) !== undefined) expect.fail(`doc-${i} was there before it was put`);
    }
    expect(readdirSync(root).length).toBe(Math.floor((ids - 1) / RUN));
    const lost: number[] = [];
    for (let i = 0; i < ids; i++) if (map.get(`doc-${i}`) !== i) lost.push(i);
    expect(lost).toEqual([]);
    const invented: number[] = [];
    for (let i = 0; i < 5_000; i++) if (map.get(`other-${i}`) !== undefined) invented.push(i);
    expect(invented).toEqual([]);
    map.close();
    expect(readdirSync(root)).toEqual([]);
  });

  test('a second put keeps the first value and returns it, in memory or spilled', () => {
    const spills = new SpillDirectory(folder());
    const map = new SpillingIdMap(spills, SMALLEST);
    for (let i = 0; i < 3 * RUN; i++) map.putIfAbsent(String(i), i);
    for (let i = 0; i < 3 * RUN; i++) {
      expect(map.putIfAbsent(String(i), 1_000_000 + i)).toBe(i);
      expect(map.get(String(i))).toBe(i);
    }
    map.close();
  });

  test('agrees with a Map over any series of puts and look-ups', () => {
    const root = folder();
    const spills = new SpillDirectory(root);
    const id = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 6 }), fc.nat(3000).map(String));
    const value = fc.oneof(fc.constantFrom(0, 1, 2 ** 31, 2 ** 32 - 2), fc.nat());
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.boolean(), id, value), { size: '+2' }),
        fc.nat(4),
        (steps, preload) => {
          const map = new SpillingIdMap(spills, SMALLEST);
          const model = new Map<string, number>();
          const put = (key: string, v: number) => {
            expect(map.putIfAbsent(key, v)).toBe(model.get(key));
            if (!model.has(key)) model.set(key, v);
          };
          // Enough that the steps meet spilled runs.
          for (let i = 0; i < preload * 500; i++) put(String(i * 2), i);
          for (const [isPut, key, v] of steps) {
            if (isPut) put(key, v);
            else expect(map.get(key)).toBe(model.get(key));
          }
          for (const [key, v] of model) expect(map.get(key)).toBe(v);
          map.close();
        },
      ),
      { numRuns: 60 },
    );
    expect(readdirSync(root)).toEqual([]);
  });

  test('the same text in two forms of Unicode is two ids', () => {
    const map = new SpillingIdMap(new SpillDirectory(folder()), SMALLEST);
    expect(map.putIfAbsent('caf\u00e9', 1)).toBeUndefined();
    expect(map.putIfAbsent('cafe\u0301', 2)).toBeUndefined();
    expect([map.get('caf\u00e9'), map.get('cafe\u0301'), map.get('cafe')]).toEqual([1, 2, undefined]);
    map.close();
  });

  test('ids at the very ends of the order of hashes are found in a spilled run', () => {
    const map = new SpillingIdMap(new SpillDirectory(folder()), SMALLEST);
    const first = (id: string) => createHash('sha256').update(id).digest().readUInt32BE(0);
    const ids = Array.from({ length: 20_000 }, (_, i) => ({ id: `n${i}`, word: first(`n${i}`) }))
      .sort((a, b) => a.word - b.word)
      .map(({ id }) => id);
    // One run that holds the 300 smallest and the 300 largest hashes: as uneven as a run can be.
    const uneven = [...ids.slice(0, 300), ...ids.slice(-300)];
    for (const [i, id] of uneven.entries()) map.putIfAbsent(id, i);
    for (let i = 0; i < 200; i++) map.putIfAbsent(`filler-${i}`, i);
    expect(uneven.map((id) => map.get(id))).toEqual(uneven.map((_, i) => i));
    expect(ids.slice(300, -300).filter((id) => map.get(id) !== undefined)).toEqual([]);
    map.close();
  });

  test('no budget makes the table larger than 256 MiB', () => {
    const table = vi.spyOn(globalThis, 'Uint32Array');
    try {
      new SpillingIdMap(new SpillDirectory(folder()), 2 ** 40);
      expect(Math.max(...table.mock.calls.map((call: unknown[]) => Number(call[0])))).toBe(2 ** 26);
    } finally {
      table.mockRestore();
    }
  });

  test('a look-up in a large spilled run reads about two pages of it', () => {
    const spills = new SpillDirectory(folder());
    const create = vi.spyOn(spills, 'create');
    const slots = 2 ** 17;
    const map = new SpillingIdMap(spills, slots * 16);
    const run = Math.floor(slots * 0.7);
    for (let i = 0; i <= run; i++) map.putIfAbsent(`k${i}`, i);
    expect(create).toHaveBeenCalledTimes(1);
    const read = vi.spyOn(create.mock.results[0].value, 'read');
    const next = random(7);
    const looks = 2_000;
    for (let i = 0; i < looks; i++) {
      const n = next(run);
      expect(map.get(`k${n}`)).toBe(n);
    }
    expect(read.mock.calls.length).toBeGreaterThanOrEqual(looks);
    expect(read.mock.calls.length).toBeLessThan(2.5 * looks);
    // Absent ids are stopped by the filter: about one in a hundred is looked for on disk.
    read.mockClear();
    for (let i = 0; i < looks; i++) expect(map.get(`absent${i}`)).toBeUndefined();
    expect(read.mock.calls.length).toBeLessThan(0.05 * looks);
    map.close();
  });
});
