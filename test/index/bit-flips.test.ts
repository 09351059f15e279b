import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fixtures, ok, scratch, shortlist } from '../helpers/cli.js';
import { seeded } from '../helpers/random.js';
import { flipBits } from './bit-flips.js';

const cwd = scratch();

describe('damage', () => {
  it('check finds a flipped bit anywhere (400 of the 2,000 of the long tier)', () => {
    const flipped = flipBits(cwd, 400, seeded(3));
    // Marker, manifest and both segments were hit.
    expect(Object.keys(flipped)).toHaveLength(4);
  });

  it('the command line says what is damaged and exits 4', () => {
    const index = join(cwd, 'damaged.index');
    ok(['build', `${fixtures}vectors/base.bvecs`, '-o', index, '-q']);
    const segment = readdirSync(index).find((name) => name.startsWith('seg-')) as string;
    const path = join(index, segment);
    const bytes = readFileSync(path);
    const middle = Buffer.from(bytes);
    middle[bytes.length >> 1] ^= 1;
    writeFileSync(path, middle);
    const check = shortlist(['check', index]);
    expect(check.code).toBe(4);
    expect(check.stderr).toMatch(
      /^shortlist: .*seg-[0-9a-f]{16}\.msgpack: damaged: array 'vector\/vector\/\w+', bytes \d+ to \d+: checksum does not match;.*\n$/,
    );
    // One query reads what it touches, and may pass by; a batch loads all, and refuses.
    const batch = shortlist([
      'query',
      index,
      '--queries',
      `${fixtures}vectors/query.bvecs`,
      '--threads',
      '1',
    ]);
    expect(batch.code).toBe(4);
    expect(batch.stdout).toBe('');
    writeFileSync(path, bytes);
    truncateSync(path, bytes.length - 10);
    const truncated = shortlist(['query', index, '--like', '3']);
    expect(truncated.code).toBe(4);
    expect(truncated.stderr).toContain(`truncated: ${bytes.length - 10} bytes of ${bytes.length}`);
    writeFileSync(path, 'something else entirely');
    const other = shortlist(['query', index, '--like', '3']);
    expect(other.code).toBe(4);
    expect(other.stderr).toContain('not a shortlist file');
  });
});
