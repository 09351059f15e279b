import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { checkIndex } from '../../src/index/index.js';
import { fixtures, ok } from '../helpers/cli.js';

/** Flips one bit at random positions over all files of an index, one at a time; check must refuse each. */
export function flipBits(cwd: string, times: number, random: () => number): Record<string, number> {
  const index = join(cwd, 'flipped.index');
  ok([
    'build',
    `${fixtures}articles`,
    '--vectors',
    `emb=${fixtures}articles/vectors/base-aligned.fvecs`,
    '-o',
    index,
    '-q',
    '--segment-docs',
    '60',
  ]);
  checkIndex(index);
  const files = readdirSync(index).map((name) => ({ name, bytes: readFileSync(join(index, name)) }));
  const total = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const flipped: Record<string, number> = {};
  for (let i = 0; i < times; i++) {
    // Half anywhere, half in the small files, which would otherwise hardly be hit.
    let at = Math.floor(random() * total);
    let file = files[0];
    if (i % 2 === 0)
      for (file of files) {
        if (at < file.bytes.length) break;
        at -= file.bytes.length;
      }
    else {
      file = files[Math.floor(random() * files.length)];
      at = Math.floor(random() * Math.min(file.bytes.length, 512));
    }
    const damaged = Buffer.from(file.bytes);
    damaged[at] ^= 1 << Math.floor(random() * 8);
    writeFileSync(join(index, file.name), damaged);
    let code: string | undefined;
    try {
      checkIndex(index);
    } catch (error) {
      code = (error as { code?: string }).code;
    }
    expect(code, `bit flip at byte ${at} of ${file.name}`).toMatch(
      /^SHORTLIST_(CORRUPT|NOT_OURS|TRUNCATED)$/,
    );
    flipped[file.name] = (flipped[file.name] ?? 0) + 1;
    writeFileSync(join(index, file.name), file.bytes);
  }
  checkIndex(index);
  return flipped;
}
