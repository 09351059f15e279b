import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { fixtures, ok, shortlist, start } from '../helpers/cli.js';
import { digests } from '../helpers/tree.js';

/**
 * Kills `build --force` at random moments over an existing index. Afterwards the old index or the new one must open and
 * check clean, and the next build must leave nothing of the dead one behind.
 * @returns how often the old and the new state were found
 */
export async function killBuilds(
  cwd: string,
  times: number,
  random: () => number,
): Promise<{ old: number; new: number }> {
  const index = join(cwd, 'killed.index');
  const a = [`${fixtures}articles`, '--vectors', `emb=${fixtures}articles/vectors/base-aligned.fvecs`];
  const b = [`${fixtures}vectors/base.bvecs`];
  const states = [a, b].map((inputs, i) => {
    const output = join(cwd, `reference-${i}.index`);
    ok(['build', ...inputs, '-o', output, '-q']);
    return digests(output);
  });
  ok(['build', ...a, '-o', index, '-q']);
  // How long a build takes here decides where kills may fall: from before the first write to after the commit.
  const began = performance.now();
  ok(['build', ...b, '-o', index, '-q', '--force']);
  const length = performance.now() - began;

  const found = { old: 0, new: 0 };
  let current = 1;
  for (let i = 0; i < times; i++) {
    const next = 1 - current;
    const child = start(['build', ...(next === 0 ? a : b), '-o', index, '-q', '--force']);
    const ended = new Promise((resolve) => child.on('close', resolve));
    const timer = setTimeout(() => child.kill('SIGKILL'), random() * length * 1.1);
    await ended;
    clearTimeout(timer);
    const check = shortlist(['check', index]);
    expect(check.stderr).toBe('');
    expect(check.code).toBe(0);
    const manifest = digests(index)['manifest.msgpack'];
    const state = states.findIndex((digest) => digest['manifest.msgpack'] === manifest);
    expect([current, next]).toContain(state);
    if (state === current) found.old++;
    else found.new++;
    current = state;
    if (i % 10 === 9) {
      ok(['build', ...(current === 0 ? a : b), '-o', index, '-q', '--force']);
      expect(digests(index)).toEqual(states[current]);
    }
  }
  ok(['build', ...a, '-o', index, '-q', '--force']);
  expect(readdirSync(index).sort()).toEqual(Object.keys(states[0]));
  return found;
}
