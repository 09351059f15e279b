import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  alphaNdcg,
  distanceRatio,
  evaluateDiversity,
  parseMeasure,
  readSubtopics,
  recallAtK,
} from '../../src/evaluation/index.js';

const folder = mkdtempSync(join(tmpdir(), 'shortlist-diversity-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('alpha-nDCG', () => {
  const judged = new Map(
    Object.entries({ a: '25', b: '5', d: '2', e: '25', f: '6', g: '1346' }).map(([document, subtopics]) => [
      document,
      new Set(subtopics),
    ]),
  );

  it('by hand: gains fall by half each time a subtopic is met again', () => {
    // a: 2, 5 → 2; b: 5 again → 1/2; g: four new ones → 4.
    const gained = 2 / Math.log2(2) + 0.5 / Math.log2(3) + 4 / Math.log2(4);
    // Best: g 4, then a or e 2, then the other 1.
    const ideal = 4 / Math.log2(2) + 2 / Math.log2(3) + 1 / Math.log2(4);
    expect(alphaNdcg(['a', 'b', 'g'], judged, 3)).toBeCloseTo(gained / ideal, 14);
    expect(alphaNdcg(['g', 'a', 'e'], judged, 3)).toBeCloseTo(1, 14);
    expect(alphaNdcg(['g', 'x', 'a'], judged, 1)).toBe(1);
    expect(alphaNdcg([], judged, 3)).toBe(0);
    expect(alphaNdcg(['a'], new Map(), 3)).toBe(0);
  });

  it('alpha 0 counts every subtopic again, alpha 1 only once', () => {
    const two = new Map([
      ['x', new Set(['1'])],
      ['y', new Set(['1'])],
      ['z', new Set(['2'])],
    ]);
    expect(alphaNdcg(['x', 'y'], two, 2, 0)).toBe(1);
    expect(alphaNdcg(['x', 'y'], two, 2, 1)).toBeCloseTo(1 / (1 + 1 / Math.log2(3)), 14);
    expect(alphaNdcg(['x', 'z'], two, 2, 1)).toBe(1);
  });

  it('files and means; a query that is missing counts 0', async () => {
    const path = join(folder, 'qrels');
    writeFileSync(path, '1 1 x 1\n1 1 y 1\n1 2 z 2\n1 3 z 0\n2 1 q -1\n3 1 w 1\n');
    const subtopics = await readSubtopics(path);
    expect([...subtopics.get('1')!.get('z')!]).toEqual(['2']);
    const run = new Map([
      [
        '1',
        [
          { id: 'z', score: 1 },
          { id: 'x', score: 2 },
        ],
      ],
    ]);
    const found = evaluateDiversity(run, subtopics, 2);
    expect(Object.fromEntries(found.perQuery)).toEqual({ 1: 1, 2: 0, 3: 0 });
    expect(found.mean).toBeCloseTo(1 / 3, 14);
    writeFileSync(path, '1 1 x\n');
    await expect(readSubtopics(path)).rejects.toThrow(
      /:1: not a judgment; write lines of 'query subtopic document grade'/,
    );
  });
});

describe('vectors', () => {
  it('distance ratio', () => {
    expect(distanceRatio([1, 2, 9], [1, 1, 9], 2)).toBe(1.5);
    expect(distanceRatio([1, 2], [1, 2], 10)).toBe(1);
    expect(distanceRatio([0, 0], [0, 0], 2)).toBe(1);
    expect(distanceRatio([1], [0], 1)).toBe(Number.POSITIVE_INFINITY);
    expect(distanceRatio([], [1], 1)).toBeNaN();
  });

  it('1-recall@k asks for the nearest only', () => {
    expect(parseMeasure('1-recall@10')).toEqual({
      name: '1-recall@10',
      needs: 'truth',
      depth: 10,
      neighbours: 1,
    });
    expect(() => parseMeasure('1-recall')).toThrow('needs a cut-off; write 1-recall@10');
    expect(recallAtK([5, 6, 7], [7, 1, 2], 3, { neighbours: 1 })).toMatchObject({ recall: 1, of: 1 });
    expect(recallAtK([5, 6, 7], [7, 1, 2], 2, { neighbours: 1 })).toMatchObject({ recall: 0, of: 1 });
  });
});
