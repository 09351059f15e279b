import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { recallAt } from '../lib/data.mjs';
import { packVecs, readVecs } from '../lib/vecs.mjs';

const folder = mkdtempSync(join(tmpdir(), 'bench-'));
after(() => rmSync(folder, { recursive: true }));

test('vectors come back as they were packed, gzipped or not', () => {
  const data = Float32Array.from([1, 2, 3, 4, 5, 6]);
  writeFileSync(join(folder, 'a.fvecs'), packVecs(data, 3));
  writeFileSync(join(folder, 'b.bvecs.gz'), gzipSync(packVecs(Uint8Array.from(data), 2)));
  assert.deepEqual(readVecs(join(folder, 'a.fvecs')), { dim: 3, rows: 2, data });
  assert.deepEqual(readVecs(join(folder, 'b.bvecs.gz')), { dim: 2, rows: 3, data: Uint8Array.from(data) });
});

test('a cut file and rows of two lengths are refused', () => {
  const bytes = packVecs(Float32Array.from([1, 2, 3, 4]), 2);
  writeFileSync(join(folder, 'cut.fvecs'), bytes.subarray(0, 20));
  assert.throws(() => readVecs(join(folder, 'cut.fvecs')), /not whole rows/);
  bytes.writeInt32LE(3, 12);
  writeFileSync(join(folder, 'two.fvecs'), bytes);
  assert.throws(() => readVecs(join(folder, 'two.fvecs')), /row 1/);
});

test('recall counts each true neighbour once, and only the first k', () => {
  const set = { queries: 2, truth: { depth: 3, ids: Int32Array.from([1, 2, 3, 4, 5, 6]) } };
  assert.equal(recallAt(set, [1, 1, 5, 4], 2), 0.75);
  assert.equal(recallAt(set, [3, -1, -1, -1], 2), 0);
});
