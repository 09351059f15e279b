import { existsSync, readdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { openVectors, readDocuments, readQueries, resolveInputs } from '../../src/records/index.js';
import { shared } from '../helpers/shared.js';
import { messageOf, scratch, vecs } from './helpers.js';

const files = scratch();
const openFiles = () => readdirSync('/proc/self/fd').length;

describe.skipIf(!existsSync('/proc/self/fd'))('files are closed', () => {
  test('by a reader that stops early, and after an error', async () => {
    const jsonl = '{"_id":"a","text":"some text"}\n'.repeat(100_000);
    const rows = vecs(
      Array.from({ length: 2000 }, () => Array.from({ length: 300 }, () => 1)),
      'f',
    );
    const paths = {
      plain: files.file('a.jsonl', jsonl),
      zipped: files.file('b.jsonl.gz', gzipSync(jsonl)),
      half: files.file('c.jsonl.gz', gzipSync(jsonl).subarray(0, 5000)),
      vectors: files.file('d.fvecs', rows),
      zippedVectors: files.file('e.fvecs.gz', gzipSync(rows)),
      badVectors: files.file('f.fvecs', Buffer.alloc(8)),
    };
    const before = openFiles();
    for (let round = 0; round < 20; round++) {
      for (const input of await resolveInputs([paths.plain, paths.zipped], {})) {
        for await (const batch of readDocuments(input)) {
          expect(batch.length).toBeGreaterThan(0);
          break;
        }
      }
      for (const path of [paths.plain, paths.zipped]) {
        for await (const query of readQueries(path)) {
          expect(query.id).toBe('a');
          break;
        }
      }
      for (const path of [paths.vectors, paths.zippedVectors]) {
        const source = await openVectors(path);
        for await (const batch of source.batches()) {
          expect(batch.firstRow).toBe(0);
          break;
        }
      }
      await messageOf(() => openVectors(paths.badVectors));
      const [half] = await resolveInputs([paths.half], {});
      await messageOf(async () => {
        for await (const _ of readDocuments(half));
      });
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(openFiles()).toBeLessThan(before + 20);
  });
});

describe.each([
  ['cranfield', 1400, 225],
  ['npl', 11_426, 93],
  ['scifact', 5183, 300],
])('%s', (name, documents, queries) => {
  const folder = shared(`data/${name}`);
  test.skipIf(folder === undefined)('reads as it is, given as a directory', async () => {
    const [input] = await resolveInputs([folder!], {});
    const ids = new Set<unknown>();
    for await (const batch of readDocuments(input)) {
      for (const item of batch) {
        if (item instanceof Error) throw item;
        expect(item.fields).toMatchObject({ _id: expect.any(String), text: expect.any(String) });
        ids.add(item.fields._id);
      }
    }
    expect(ids.size).toBe(documents);
    let read = 0;
    for await (const query of readQueries(`${folder}/queries.jsonl`)) {
      expect(query.text).toMatch(/\S/);
      read++;
    }
    expect(read).toBe(queries);
  });
});
