import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ok, scratch, shortlist } from '../helpers/cli.js';
import { random } from '../kernels/rows.js';

const cwd = scratch();
const BYTES = 20;

function npy(descr: string, data: Uint8Array, columns: number, itemBytes = 1): Uint8Array {
  const shape = `(${data.length / columns / itemBytes}, ${columns})`;
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`;
  const header = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
  const head = Buffer.alloc(10);
  head.write('\x93NUMPY\x01\x00', 'latin1');
  head.writeUInt16LE(header.length, 8);
  return Buffer.concat([head, Buffer.from(header, 'latin1'), data]);
}

/** Rows about one of some centres, one bit in eight flipped. */
function bits(count: number, seed: number): Uint8Array[] {
  const next = random(seed);
  const byte = () => Math.floor(next() * 256);
  const own = random(99);
  const centres = Array.from({ length: 30 }, () =>
    Uint8Array.from({ length: BYTES }, () => Math.floor(own() * 256)),
  );
  return Array.from({ length: count }, () =>
    centres[Math.floor(next() * 30)].map((x) => x ^ (byte() & byte() & byte())),
  );
}

function differing(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((sum, x, i) => sum + (x ^ b[i]).toString(2).replaceAll('0', '').length, 0);
}

function nearest(rows: Uint8Array[], query: Uint8Array, k: number) {
  return rows
    .map((row, i) => ({ id: String(i), score: 0 - differing(row, query) }))
    .sort((a, b) => b.score - a.score || Number(a.id) - Number(b.id))
    .slice(0, k);
}

const rows = bits(1500, 1);
const queries = bits(12, 2);
const lines = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
const found = (line: { hits: { id: string; score: number }[] }) =>
  line.hits.map(({ id, score }) => ({ id, score }));
/** The answer to one query as --json prints it. */
const only = (text: string) => JSON.parse(text).results[0];

beforeAll(() => {
  writeFileSync(join(cwd, 'base.npy'), npy('|u1', Buffer.concat(rows), BYTES));
  writeFileSync(join(cwd, 'queries.npy'), npy('|u1', Buffer.concat(queries), BYTES));
  writeFileSync(join(cwd, 'one.npy'), npy('|u1', queries[3], BYTES));
  const bvecs = rows.map((row) => Buffer.concat([Buffer.from(Uint32Array.of(BYTES).buffer), row]));
  writeFileSync(join(cwd, 'base.bvecs'), Buffer.concat(bvecs));
  const jsonl = rows.map((row, i) => JSON.stringify({ _id: String(i), text: 'x', bits: [...row] }));
  writeFileSync(join(cwd, 'base.jsonl'), jsonl.join('\n'));
  const asked = queries.map((row, i) => JSON.stringify({ _id: `q${i}`, bits: [...row] }));
  writeFileSync(join(cwd, 'queries.jsonl'), asked.join('\n'));
});

describe.each(['flat', 'hnsw', 'ivf'])('%s over packed bits', (kind) => {
  it.each([
    ['base.npy', 'queries.npy'],
    ['base.bvecs', 'queries.npy'],
    ['base.jsonl', 'queries.jsonl'],
  ])('of %s are found by the bits that differ', (base, asked) => {
    const index = `${base}-${kind}`;
    const built = ok(['build', base, '-o', index, '--vector-index', kind, '--metric', 'hamming'], { cwd });
    expect(built.stderr).toContain('vector of 160 bits, hamming');
    expect(ok(['info', index], { cwd }).stdout).toMatch(/160 bits in 20 bytes, hamming/);
    ok(['check', index], { cwd });
    for (const exact of [[], ['--exact']]) {
      const args = ['query', index, '--queries', asked, '-k', '10', ...exact];
      const answers = lines(ok(args, { cwd }).stdout);
      expect(answers).toHaveLength(queries.length);
      let close = 0;
      answers.forEach((answer, i) => {
        const expected = nearest(rows, queries[i], 10);
        if (exact.length > 0) expect(found(answer)).toEqual(expected);
        for (const { id, score } of found(answer))
          expect(score).toBe(0 - differing(rows[Number(id)], queries[i]));
        close += found(answer).filter(({ score }) => score >= expected[9].score).length;
      });
      expect(close).toBeGreaterThan(0.95 * 10 * queries.length);
    }
  });

  it('answers one query, one like a document, and all within a radius', () => {
    const index = `base.npy-${kind}`;
    const one = ok(['query', index, '--vector-file', 'one.npy', '-k', '4', '--explain', '--json'], { cwd });
    const answer = only(one.stdout);
    expect(found(answer)).toEqual(nearest(rows, queries[3], 4));
    expect(one.stdout).toContain(`"differingBits":${0 - answer.hits[0].score}`);
    const like = ok(['query', index, '--like', '7', '-k', '3', '--exact', '--json'], { cwd });
    expect(found(only(like.stdout))).toEqual(nearest(rows, rows[7], 3));
    const radius = 0 - nearest(rows, queries[3], 6)[5].score;
    const within = ok(['query', index, '--vector-file', 'one.npy', '--radius', String(radius), '--json'], {
      cwd,
    });
    const all = nearest(rows, queries[3], rows.length).filter(({ score }) => score >= 0 - radius);
    expect(found(only(within.stdout))).toEqual(all);
  });
});

describe('what is no row of packed bits is refused', () => {
  const refused = (args: string[]) => {
    const { code, stderr } = shortlist(args, { cwd });
    expect(code).toBe(2);
    expect(
      stderr
        .trim()
        .split('\n')
        .filter((line) => line.startsWith('shortlist:')),
    ).toHaveLength(1);
    return stderr;
  };
  const build = (...args: string[]) => ['build', ...args, '-o', 'refused', '--force', '--metric', 'hamming'];
  const whole = 'give whole numbers from 0 to 255';

  it('of records', () => {
    for (const value of [0.5, -1, 256]) {
      const floats = new Float32Array(2 * 8).fill(3);
      floats[13] = value;
      writeFileSync(join(cwd, 'bad.npy'), npy('<f4', Buffer.from(floats.buffer), 8, 4));
      const message = refused(build('bad.npy'));
      expect(message).toContain(`holds ${value} at position 5`);
      expect(message).toContain(whole);
    }
  });

  it('of queries', () => {
    const vector = [...queries[0]].map((x, i) => (i === 2 ? 1.5 : x));
    writeFileSync(join(cwd, 'bad.jsonl'), JSON.stringify({ _id: 'q', vector }));
    const message = refused(['query', 'base.npy-flat', '--queries', 'bad.jsonl']);
    expect(message).toContain("query 'q': its vector for 'vector' has 1.5 as component 2");
    expect(message).toContain(whole);
  });

  it('of structures', () => {
    for (const spec of ['flat+sq8', 'hnsw+f32', 'ivf+pq']) {
      expect(refused(build('base.npy', '--vector-index', spec))).toMatch(/under hamming.*leave it out/);
    }
    expect(refused(['build', 'base.npy', '-o', 'no', '--metric', 'haming'])).toContain(
      "did you mean 'hamming'",
    );
  });
});
