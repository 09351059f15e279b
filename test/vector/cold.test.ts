import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { vectorStructure } from '../../src/vector/index.js';
import { kernelsBuilt } from '../kernels/built.js';
import { random } from '../kernels/rows.js';
import { built, search, type Vectors } from './built.js';
import { matrix } from './matrix.js';

beforeAll(kernelsBuilt);

/** Points around a few centres, some of them twice, some documents without one. */
function vectors(count: number, dim: number, whole: boolean): Vectors {
  const next = random(dim);
  const centres = Array.from({ length: 9 }, () => Array.from({ length: dim }, () => next() * 200));
  const made: Vectors = [];
  for (let i = 0; i < count; i++) {
    const centre = centres[Math.floor(next() * centres.length)];
    const point = centre.map((x) => x + next() * 50);
    if (i % 17 === 5) made.push(undefined);
    else if (i % 5 === 3) made.push(made[i - 1] ?? point);
    else made.push(whole ? point.map(Math.floor) : point);
  }
  return made;
}

// Rows of floats and of bytes, shorter and longer than what codes keep whole, more than one chunk of levels.
const shapes = [
  { count: 5000, dim: 12, whole: true },
  { count: 1200, dim: 37, whole: false },
  { count: 700, dim: 260, whole: false },
];

test('a search that met damage leaves nothing behind: mended, the file gives what it gave', async () => {
  const all = vectors(3000, 24, true);
  const { branch: loaded, schema, views } = await built('hnsw:M=8,efConstruction=40', 'l2', [all]);
  loaded.warm();
  const { reader } = views[0];
  const query = Array.from(all.find((vector) => vector !== undefined)!);
  for (const array of ['rows', 'links']) {
    const { parts, byteLength } = reader.info(`vector/emb/${array}`);
    const file = openSync(reader.path, 'r+');
    try {
      const honest = new Uint8Array(byteLength);
      readSync(file, honest, 0, byteLength, parts[0].offset);
      // Every fourth chunk, so that a walk has seen something when it meets one.
      const broken = honest.map((byte, i) => ((i >> 12) % 4 === 3 ? byte ^ 1 : byte));
      const write = (bytes: Uint8Array) => writeSync(file, bytes, 0, byteLength, parts[0].offset);
      const shift = (x: number) => query.map((value) => value + x);
      for (const x of [0, 20, 40, 80]) {
        const branch = vectorStructure.branch!('emb', schema, views);
        write(broken);
        expect(() => search(branch, shift(x), 10, {})).toThrow('checksum does not match');
        write(honest);
        expect(search(branch, shift(x), 10, {})).toEqual(search(loaded, shift(x), 10, {}));
      }
    } finally {
      closeSync(file);
    }
  }
});

describe.each(matrix)('$spec, $metric', ({ spec, metric }) => {
  test.each(shapes.filter(({ whole }) => whole || metric !== 'hamming'))(
    '$count of $dim: a search from the file gives what loaded arrays give',
    async (shape) => {
      const { count, dim, whole } = shape;
      const all = vectors(count, dim, whole);
      const { branch: loaded, schema, views } = await built(spec, metric, [all]);
      loaded.warm();
      const next = random(3);
      for (let i = 0; i < 12; i++) {
        const near = all.find((vector, row) => row >= i * 50 && vector !== undefined)!;
        const shift = i % 3 === 0 ? 0 : i % 3 === 1 ? 1 : next();
        const moved = Array.from(near, (x) => x + shift * (i === 5 ? 1000 : 1));
        const query = metric === 'hamming' ? moved.map((x) => Math.floor(x) & 255) : moved;
        const options = [{}, { efSearch: 12 }, { efSearch: 300, gamma: 0.1 }, { nprobe: 2 }, { exact: true }][
          i % 5
        ];
        const depth = [1, 10, 40][i % 3];
        const cold = vectorStructure.branch!('emb', schema, views);
        expect(search(cold, query, depth, options)).toEqual(search(loaded, query, depth, options));
      }
    },
  );
});
