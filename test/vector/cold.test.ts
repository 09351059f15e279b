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
