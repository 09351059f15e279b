import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { Arena, distanceOf, SPACE } from '../../src/kernels/index.js';
import { referenceScore } from '../../src/kernels/reference/distance.js';
import { errorBounds } from '../../src/vector/bounds.js';
import { norm } from '../../src/vector/unit.js';
import { kernelsBuilt } from '../kernels/built.js';
import { padded, place } from '../kernels/rows.js';

beforeAll(kernelsBuilt);

const component = fc.oneof(
  fc.float({ noNaN: true, noDefaultInfinity: true }),
  fc.float({ min: -1, max: 1, noNaN: true }),
  fc.integer({ min: -300, max: 300 }),
  fc.constantFrom(1e-45, -1e-38, 1e-20, 1e19, 3.4e38, -3.4e38).map(Math.fround),
);
const pair = fc
  .integer({ min: 1, max: 70 })
  .chain((dim) =>
    fc.tuple(
      fc.array(component, { minLength: dim, maxLength: dim }),
      fc.array(component, { minLength: dim, maxLength: dim }),
    ),
  );

describe.each([
  ['l2', SPACE.l2],
  ['dot', SPACE.dot],
] as const)('%s', (_, space) => {
  test('no float32 distance is further from the float64 one than the bound', () => {
    const arena = new Arena();
    fc.assert(
      fc.property(pair, ([a, b]) => {
        const rows = [padded(a), padded(b)];
        const at = place(arena, rows);
        const stride = rows[0].length * 4;
        arena.kernels.setCodes(at, stride, stride, space);
        const key = arena.kernels.keyBetween(at, at + stride, stride) >>> 0;
        const bounds = errorBounds(space, rows[0].length, norm(rows[1]), norm(rows[0]));
        const truth = -referenceScore(space, Float64Array.from(rows[0]), rows[1]);
        expect(key).toBeLessThanOrEqual(bounds.mostKey(truth));
        const seen = distanceOf(key);
        if (!Number.isNaN(seen)) expect(bounds.least(seen)).toBeLessThanOrEqual(truth);
      }),
      { numRuns: 2000 },
    );
  });
});
