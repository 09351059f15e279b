import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frontier, median, qpsAt, ratioAt } from '../lib/curve.mjs';

const at = (recall, qps) => ({ recall, qps });

test('the frontier leaves out what another point beats in both', () => {
  const points = [at(0.9, 100), at(0.8, 90), at(0.95, 50), at(0.95, 60), at(0.85, 200)];
  assert.deepEqual(frontier(points), [at(0.85, 200), at(0.9, 100), at(0.95, 60)]);
});

test('QPS between two points is their geometric mean half way', () => {
  const { qps, atLeast } = qpsAt([at(0.9, 400), at(1, 100)], 0.95);
  assert.ok(Math.abs(qps - 200) < 1e-9);
  assert.equal(atLeast, false);
});

test('below the first point the curve is a lower bound, beyond the last there is nothing', () => {
  const points = [at(0.96, 400), at(0.98, 100)];
  assert.deepEqual(qpsAt(points, 0.9), { qps: 400, atLeast: true });
  assert.deepEqual(qpsAt(points, 0.96), { qps: 400, atLeast: false });
  assert.equal(qpsAt(points, 0.99), undefined);
});

test('a ratio is taken within rounds', () => {
  const mine = [{ recall: 0.95, roundQps: [200, 300, 100] }];
  const theirs = [{ recall: 0.95, roundQps: [100, 100, 100] }];
  assert.deepEqual(ratioAt(mine, theirs, 0.95), { ratio: 2, low: 1, high: 3, bound: '' });
});

test('a ratio says which side is a bound, and is none when both are', () => {
  const high = [{ recall: 0.99, roundQps: [100] }];
  const low = [
    { recall: 0.9, roundQps: [200] },
    { recall: 0.99, roundQps: [50] },
  ];
  assert.equal(ratioAt(high, low, 0.9).bound, '>');
  assert.equal(ratioAt(low, high, 0.9).bound, '<');
  assert.equal(ratioAt(high, high, 0.9), undefined);
  assert.equal(ratioAt(high, low, 0.995), undefined);
});

test('median of an even number is the middle', () => {
  assert.equal(median([4, 1, 3, 2]), 2.5);
});
