import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SegmentReader, SegmentWriter } from '../../src/segment/index.js';

const page = readFileSync(new URL('../../docs/format.md', import.meta.url), 'utf8');

it('the example of docs/format.md is what the writer writes and the reader reads', () => {
  const hex = /```hex\n([\s\S]+?)```/.exec(page)?.[1].replace(/\s/g, '') as string;
  const digest = /Its digest is\s+`([0-9a-f]{64})`/.exec(page)?.[1] as string;
  const cwd = mkdtempSync(join(tmpdir(), 'shortlist-test-'));
  try {
    const writer = new SegmentWriter(join(cwd, 'written'));
    writer.add('p/x', 'u8', [3], Uint8Array.of(1, 2, 3));
    expect(writer.finish({ base: 0, documents: 0, parts: {} }).digest).toBe(digest);
    expect(readFileSync(join(cwd, 'written')).toString('hex')).toBe(hex);
    writeFileSync(join(cwd, 'documented'), Buffer.from(hex, 'hex'));
    const reader = new SegmentReader(join(cwd, 'documented'));
    expect([...reader.load('p/x')]).toEqual([1, 2, 3]);
    reader.verify(digest);
    reader.close();
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
});
