import { it } from 'vitest';
import { scratch } from '../helpers/cli.js';
import { flipBits } from './bit-flips.js';

const cwd = scratch();

it('check finds each of 2,000 single flipped bits', () => {
  const flipped = flipBits(cwd, 2000, Math.random);
  process.stdout.write(`2,000 flips found, by file: ${JSON.stringify(flipped)}\n`);
});
