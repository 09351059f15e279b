import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TruncatedError } from '../../src/errors/index.js';
import { SpillDirectory } from '../../src/storage/index.js';
import { random, scratch, thrown } from './scratch.js';

const { folder } = scratch();

/** `n` bytes that differ from those of other seeds. */
function noise(n: number, seed: number): Uint8Array {
  const next = random(seed);
  return Uint8Array.from({ length: n }, () => next(256));
}

describe('SpillFile', () => {
  test('appends and reads in any order give what an array of bytes gives', () => {
    const root = folder();
    const spills = new SpillDirectory(root);
    const step = fc.oneof(
      // Around the buffer size of 32 bytes: below, exactly, above, and several times.
      fc.record({ append: fc.integer({ min: 0, max: 100 }) }),
      fc.record({ from: fc.nat(1000), bytes: fc.nat(1000) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.integer({ min: 1, max: 64 }), (steps, size) => {
        const file = spills.create('property', 32);
        let model = new Uint8Array(0);
        steps.forEach((it, i) => {
          if ('append' in it) {
            const bytes = noise(it.append, i + 1);
            file.append(bytes);
            model = Uint8Array.from([...model, ...bytes]);
          } else {
            const from = it.from % (model.length + 1);
            const target = new Uint8Array(it.bytes % (model.length - from + 1));
            file.read(target, from);
            expect(target).toEqual(model.subarray(from, from + target.length));
          }
          expect(file.length).toBe(model.length);
        });
        const pieces = Array.from(file.chunks(size), (piece) => piece.slice());
        expect(pieces.every((piece) => piece.length <= size && piece.length > 0)).toBe(true);
        expect(Buffer.concat(pieces)).toEqual(Buffer.from(model));
        expect(readFileSync(file.path)).toEqual(Buffer.from(model));
        file.delete();
      }),
      { numRuns: 200 },
    );
    expect(readdirSync(root)).toEqual([]);
  });

  test('the caller may reuse the bytes it appended', () => {
    const spills = new SpillDirectory(folder());
    const file = spills.create('reuse');
    const bytes = Uint8Array.of(1, 2, 3);
    file.append(bytes);
    bytes.fill(9);
    file.append(bytes);
    const back = new Uint8Array(6);
    file.read(back, 0);
    expect([...back]).toEqual([1, 2, 3, 9, 9, 9]);
    spills.deleteAll();
  });

  test('appends larger than the default buffer land in order between small ones', () => {
    const spills = new SpillDirectory(folder());
    const file = spills.create('large');
    const parts = [
      noise(5, 1),
      noise(700_000, 2),
      noise(3, 3),
      noise(262_144, 4),
      noise(262_143, 5),
      noise(2, 6),
    ];
    for (const part of parts) file.append(part);
    const whole = Buffer.concat(parts);
    expect(file.length).toBe(whole.length);
    const back = Buffer.alloc(whole.length);
    file.read(back, 0);
    expect(back.equals(whole)).toBe(true);
    expect(Buffer.concat(Array.from(file.chunks(), (piece) => Buffer.from(piece))).equals(whole)).toBe(true);
    spills.deleteAll();
  });

  test('a read past the end is a TruncatedError that names the file and both lengths', () => {
    const spills = new SpillDirectory(folder());
    const file = spills.create('short');
    file.append(noise(10, 1));
    const error = thrown(() => file.read(new Uint8Array(8), 5));
    expect(error).toBeInstanceOf(TruncatedError);
    expect(error.message).toBe(
      `${file.path}: truncated: 10 bytes of 13; copy it again from its source or build the index again`,
    );
    spills.deleteAll();
  });

  test('an empty file has no chunks and reads nothing', () => {
    const spills = new SpillDirectory(folder());
    const file = spills.create('empty');
    expect([...file.chunks()]).toEqual([]);
    file.read(new Uint8Array(0), 0);
    spills.deleteAll();
  });

  test('delete closes and removes, twice is once, and a deleted file takes no more', () => {
    const spills = new SpillDirectory(folder());
    const file = spills.create('gone');
    file.append(noise(10, 1));
    expect(existsSync(file.path)).toBe(true);
    file.delete();
    expect(existsSync(file.path)).toBe(false);
    file.delete();
    expect(() => file.append(noise(1, 2))).toThrow(`${file.path} was deleted`);
    expect(() => file.read(new Uint8Array(1), 0)).toThrow(`${file.path} was deleted`);
  });
});

describe('SpillDirectory', () => {
  test('names are distinct, begin with tmp- and the process id, and only the owner can read them', () => {
    const spills = new SpillDirectory(folder());
    const files = [spills.create('a'), spills.create('a'), spills.create('b')];
    const names = [...files.map((file) => basename(file.path)), basename(spills.path('c'))];
    expect(new Set(names).size).toBe(4);
    for (const name of names) expect(name).toMatch(new RegExp(`^tmp-${process.pid}-\\d+-[abc]$`));
    expect(statSync(files[0].path).mode & 0o777).toBe(0o600);
    spills.deleteAll();
  });

  test('deleteAll removes every file it handed out, those deleted before too, and can be repeated', () => {
    const root = folder();
    const spills = new SpillDirectory(root);
    const files = Array.from({ length: 5 }, (_, i) => spills.create(`f${i}`));
    files[2].delete();
    const path = spills.path('renamed-later');
    spills.deleteAll();
    expect(readdirSync(root)).toEqual([]);
    expect(existsSync(path)).toBe(false);
    spills.deleteAll();
    const again = spills.create('again');
    expect(existsSync(again.path)).toBe(true);
    spills.deleteAll();
    expect(readdirSync(root)).toEqual([]);
  });

  test('a directory that is not there comes through as the system says it', () => {
    const error = thrown(() => new SpillDirectory(join(folder(), 'nowhere')).create('x'));
    expect((error as NodeJS.ErrnoException).code).toBe('ENOENT');
  });
});
