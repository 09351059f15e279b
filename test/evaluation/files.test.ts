import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { buildSync } from 'esbuild';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { InputError, UsageError } from '../../src/errors/index.js';
import { formatRunLine, readQrels, readRun } from '../../src/evaluation/index.js';

const folder = mkdtempSync(join(tmpdir(), 'evaluation-'));
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;
function file(content: string | Buffer, ending = 'txt'): string {
  const path = join(folder, `${count++}.${ending}`);
  writeFileSync(path, content);
  return path;
}

async function failure(reading: Promise<unknown>): Promise<string> {
  const error = await reading.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(InputError);
  const message = (error as InputError).message;
  expect(message).not.toContain('\n');
  return message.replace(`${folder}/`, '');
}

const asObject = (qrels: Map<string, Map<string, number>>): unknown =>
  Object.fromEntries([...qrels].map(([query, judged]) => [query, Object.fromEntries(judged)]));

describe('readQrels', () => {
  const wanted = { 1: { a: 2, b: 0 }, x: { a: -1 } };

  it.each([
    ['TREC', '1 0 a 2\n1 0 b 0\nx 0 a -1\n'],
    ['TREC with tabs, CRLF, a blank line and no line end', '1\t0\ta\t2\r\n\r\n1\t0\tb\t0\r\nx 0  a -1'],
    ['BEIR', 'query-id\tcorpus-id\tscore\n1\ta\t2\n1\tb\t0\nx\ta\t-1\n'],
    ['BEIR with a byte order mark', '\ufeffquery-id\tcorpus-id\tscore\r\n1\ta\t2\r\n1\tb\t0\r\nx\ta\t-1\r\n'],
    ['columns in another order', 'corpus-id\tscore\tquery-id\na\t2\t1\nb\t0\t1\na\t-1\tx\n'],
    ['tabs without a header', '1\ta\t2\n1\tb\t0\nx\ta\t-1\n'],
    ['a pair judged twice alike', '1 0 a 2\n1 0 a 2\n1 0 b 0\nx 0 a -1\n'],
  ])('reads %s, plain and gzip', async (_, content) => {
    expect(asObject(await readQrels(file(content)))).toEqual(wanted);
    expect(asObject(await readQrels(file(gzipSync(content), 'gz')))).toEqual(wanted);
  });

  it('keeps spaces in the ids of a tab-separated file', async () => {
    const qrels = await readQrels(file('query-id\tcorpus-id\tscore\nq 1\tdoc 1\t1\n'));
    expect(qrels.get('q 1')?.get('doc 1')).toBe(1);
  });

  it.each([
    ['1 0 a 2\n1 0 a 1\n', /^\d+\.txt:2: query '1' judges document 'a' 1, and 2 further up; keep one/],
    ['1 0 a 2\n\n1 0 b\n', /:3: not a judgment like those above; write lines of/],
    ['1 0 a yes\n', /:1: 'yes' is not a grade/],
    ['1 0 a 1.5\n', /:1: '1.5' is not a grade/],
    ['1 0 a 99999999999\n', /:1: '99999999999' is not a grade/],
    ['query-id\tcorpus-id\tscore\n1\ta\n', /:2: not a judgment/],
    ['query-id\tcorpus-id\tscore\n\ta\t1\n', /:2: not a judgment/],
    ['query-id\tcorpus-id\tscore\n', /holds no judgments/],
    ['', /holds no judgments/],
    ['{"id": 1}\n', /:1: not a judgment/],
  ])('refuses %j', async (content, says) => {
    expect(await failure(readQrels(file(content)))).toMatch(says);
  });
});

describe('readRun', () => {
  it('reads six columns, comments and blank lines apart, whatever the rank column says', async () => {
    const run = await readRun(file('# made by hand\n1 Q0 a 7 1.5 t\n\n2 Q0 a x -2e-3 t\n1 Q0 b 1 .5 t\n'));
    expect([...run]).toEqual([
      [
        '1',
        [
          { id: 'a', score: 1.5 },
          { id: 'b', score: 0.5 },
        ],
      ],
      ['2', [{ id: 'a', score: -0.002 }]],
    ]);
  });

  it('reads lines across chunks, counting them right, from gzip members in a row', async () => {
    const lines = Array.from({ length: 30_000 }, (_, i) => `q${i % 7} Q0 döc${i} 1 ${i} tag\n`);
    const half = [lines.slice(0, 15_000), lines.slice(15_000)].map((part) => gzipSync(part.join('')));
    const run = await readRun(file(Buffer.concat(half)));
    expect([...run.values()].flat().length).toBe(30_000);
    expect(run.get('q3')?.[1]).toEqual({ id: 'döc10', score: 10 });
    expect(await failure(readRun(file(`${lines.join('')}q0 Q0 döc0 1 1 t\n`)))).toMatch(
      /:30001: document 'döc0' stands twice for query 'q0'/,
    );
  });

  it('reads standard input for -', () => {
    const script = `
      import { readRun } from ${JSON.stringify(new URL('../../src/evaluation/run.ts', import.meta.url).pathname)};
      console.log(JSON.stringify([...await readRun('-')]));`;
    const bundled = join(folder, 'stdin.mjs');
    writeFileSync(join(folder, 'stdin.ts'), script);
    buildSync({
      entryPoints: [join(folder, 'stdin.ts')],
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: bundled,
    });
    const found = spawnSync('node', [bundled], { input: gzipSync('1 Q0 a 1 2 t\n') });
    expect(JSON.parse(String(found.stdout))).toEqual([['1', [{ id: 'a', score: 2 }]]]);
    const bad = spawnSync('node', [bundled], { input: '1 Q0 a 1 x t\n' });
    expect(String(bad.stderr)).toContain("standard input:1: 'x' is not a score");
  });

  it.each([
    ['1 Q0 a 1 2\n', /:1: 5 columns where a run has six; write six columns/],
    ['1 Q0 a 1 nan t\n', /:1: 'nan' is not a score/],
    ['1 Q0 a 1 1e999 t\n', /:1: '1e999' is not a score/],
    ['1 Q0 a 1 0x10 t\n', /:1: '0x10' is not a score/],
    ['1 Q0 a 1 2 t\n1 Q0 a 2 1 t\n', /:2: document 'a' stands twice for query '1'/],
  ])('refuses %j', async (content, says) => {
    expect(await failure(readRun(file(content)))).toMatch(says);
  });

  it('says what is wrong with a file that is no text, cut off, too long, or not there', async () => {
    expect(await failure(readRun(file(Buffer.from('1 Q0 a 1 2 t\n1 Q0 \xff 1 1 t\n', 'latin1'))))).toMatch(
      /:2: not UTF-8/,
    );
    const zipped = gzipSync('1 Q0 a 1 2 t\n');
    expect(await failure(readRun(file(zipped.subarray(0, zipped.length - 9))))).toMatch(
      /truncated gzip data; copy the file again/,
    );
    expect(await failure(readRun(file('x'.repeat(3 << 20))))).toMatch(/:1: line longer than 1 MiB/);
    expect(await failure(readRun(join(folder, 'nowhere')))).toBe(
      'nowhere: no such file or directory; check the path',
    );
    expect(await failure(readQrels(folder))).toMatch(/is a directory, not a file; name a file in it/);
  });
});

describe('formatRunLine', () => {
  it('round-trips ids and the exact score', async () => {
    const word = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !/[ \t\v\f\r\n]/.test(text));
    const query = word.filter((text) => !text.startsWith('#') && !text.startsWith('\ufeff'));
    const score = fc.double({ noNaN: true, noDefaultInfinity: true });
    await fc.assert(
      fc.asyncProperty(query, word, score, async (q, id, s) => {
        const run = await readRun(file(`${formatRunLine(q, id, 1, s, 'tag')}\n`));
        expect(run.get(q)?.[0].id).toBe(id);
        expect(Object.is(run.get(q)?.[0].score, s)).toBe(true);
      }),
    );
  });

  it('refuses what the format cannot carry', () => {
    expect(formatRunLine('1', 'a', 3, -1.5, 't')).toBe('1 Q0 a 3 -1.5 t');
    expect(() => formatRunLine('1', 'a b', 1, 1, 't')).toThrow(UsageError);
    expect(() => formatRunLine('', 'a', 1, 1, 't')).toThrow(UsageError);
    expect(() => formatRunLine('#1', 'a', 1, 1, 't')).toThrow(UsageError);
    expect(() => formatRunLine('1', 'a', 1, Number.NaN, 't')).toThrow(RangeError);
  });
});
