import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readDocuments, resolveInputs } from '../../src/records/index.js';

const root = mkdtempSync(join(tmpdir(), 'shortlist-test-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

it('hidden files and folders, and an index written beside the texts, are left out of a folder', async () => {
  for (const folder of ['.git', 'sub', 'my.index']) mkdirSync(join(root, folder));
  for (const file of [
    'a.txt',
    '.hidden.txt',
    '.git/b.md',
    'sub/c.md',
    'my.index/shortlist.txt',
    'my.index/d.txt',
  ]) {
    writeFileSync(join(root, file), file);
  }
  const ids: unknown[] = [];
  for (const input of await resolveInputs([root], {})) {
    for await (const batch of readDocuments(input))
      for (const item of batch) ids.push('fields' in item ? item.fields._id : item);
  }
  expect(ids).toEqual(['a.txt', 'sub/c.md']);
});
