import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** A directory for one test file, removed at its end; returns makers of fresh paths and fresh folders in it. */
export function scratch(): { root: string; path(name?: string): string; folder(): string } {
  const root = mkdtempSync(join(tmpdir(), 'shortlist-test-'));
  let next = 0;
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  const path = (name = 'file') => join(root, `${next++}-${name}`);
  const folder = () => {
    const made = path('folder');
    mkdirSync(made);
    return made;
  };
  return { root, path, folder };
}

/** What `run` throws. */
export function thrown(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}

/** A small repeatable generator of whole numbers below `n` (xorshift32), for bulk data that fast-check would be slow to make. */
export function random(seed: number): (n: number) => number {
  let state = seed | 1;
  return (n) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % n;
  };
}
