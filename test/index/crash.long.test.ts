import { expect, it } from 'vitest';
import { scratch } from '../helpers/cli.js';
import { killBuilds } from './crash.js';

const cwd = scratch();

it('200 kills -9 at random moments: the old index or the new one, every time', async () => {
  const found = await killBuilds(cwd, 200, Math.random);
  process.stdout.write(`200 kills: the old index ${found.old} times, the new one ${found.new} times\n`);
  expect(found.old + found.new).toBe(200);
  expect(found.old).toBeGreaterThan(0);
});
