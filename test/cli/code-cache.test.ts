import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'shortlist-code-'));
const index = join(home, 'an.index');

function shortlist(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(home, 'bin/shortlist.js'), ...args], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

const caches = () => readdirSync(join(home, 'dist')).filter((file) => file.endsWith('.cache'));

beforeAll(() => {
  for (const part of ['bin', 'dist', 'package.json'])
    cpSync(join(root, part), join(home, part), { recursive: true });
  const records = join(home, 'records.jsonl');
  writeFileSync(records, '{"_id":"a","text":"red fox"}\n{"_id":"b","text":"grey wolf and fox"}\n');
  expect(shortlist('build', records, '-o', index).status).toBe(0);
});

afterAll(() => {
  rmSync(home, { recursive: true });
});

test('compiled code is there for this Node, and a query is the same with it, with none and with rubbish', () => {
  const wanted = { status: 0, stdout: expect.stringContaining('b'), stderr: '' };
  expect(caches().some((file) => file.includes(`text-${process.version}-`))).toBe(true);
  const cached = shortlist('query', index, 'fox wolf', '--format', 'tsv');
  expect(cached).toEqual(wanted);
  for (const file of caches()) writeFileSync(join(home, 'dist', file), 'rubbish');
  expect(shortlist('query', index, 'fox wolf', '--format', 'tsv')).toEqual(cached);
  for (const file of caches()) rmSync(join(home, 'dist', file));
  expect(shortlist('query', index, 'fox wolf', '--format', 'tsv')).toEqual(cached);
});
