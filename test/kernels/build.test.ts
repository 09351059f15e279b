import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { ResourceError } from '../../src/errors/index.js';
import { ARENA_MAX_BYTES, Arena, formatBytes } from '../../src/kernels/index.js';
import { kernelsBuilt } from './built.js';

beforeAll(kernelsBuilt);

test('two builds are the same bytes', async () => {
  const script: string = fileURLToPath(new URL('../../scripts/kernels.mjs', import.meta.url));
  const { buildKernels } = await import(script);
  const folder = mkdtempSync(join(tmpdir(), 'kernels-'));
  try {
    const read = (file: string) => readFileSync(file);
    const a = (await buildKernels(join(folder, 'a'))).map(read);
    const b = (await buildKernels(join(folder, 'b'))).map(read);
    const built = ['bytes', 'kernels'].map((name) =>
      readFileSync(fileURLToPath(new URL(`../../dist/${name}.wasm`, import.meta.url))),
    );
    expect(a).toEqual(b);
    expect(a).toEqual(built);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('blocks are aligned, zero, apart from each other, and views outlive growth', () => {
  const arena = new Arena();
  const first = arena.allocate(100);
  const view = arena.bytes(first, 100);
  view.fill(7);
  const second = arena.allocate(300_000);
  expect([first % 64, second % 64]).toEqual([0, 0]);
  expect(second).toBeGreaterThanOrEqual(first + 100);
  expect(arena.bytes(second, 300_000).every((byte) => byte === 0)).toBe(true);
  view[0] = 9;
  expect(arena.bytes(first, 2)).toEqual(Uint8Array.of(9, 7));
});

test('the tail is scratch in one place until the next block', () => {
  const arena = new Arena();
  const tail = arena.tail(10);
  expect(arena.tail(1_000_000)).toBe(tail);
  expect(arena.allocate(10)).toBe(tail);
  expect(arena.tail(10)).toBeGreaterThan(tail);
});

test('more than an arena can hold is refused with the bytes it would take', () => {
  const arena = new Arena();
  expect(() => arena.allocate(ARENA_MAX_BYTES)).toThrow(ResourceError);
  expect(() => arena.allocate(5 * 2 ** 30)).toThrow(/^5\.1 GiB .* use smaller segments$/);
  expect(arena.allocate(10)).toBe(64);
});

test('sizes are rounded up to what suffices', () => {
  expect([1, 2 ** 20, 2 ** 20 + 1, 2 ** 30, 1.01 * 2 ** 30].map(formatBytes)).toEqual([
    '1 MiB',
    '1 MiB',
    '2 MiB',
    '1 GiB',
    '1.1 GiB',
  ]);
});
