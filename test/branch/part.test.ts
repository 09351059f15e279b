import { describe, expect, test } from 'vitest';
import { metaCount, partMeta } from '../../src/branch/index.js';
import { CorruptError } from '../../src/errors/index.js';
import { reading, writeSegment } from '../segment/helpers.js';
import { scratch, thrown } from '../storage/scratch.js';

const { path } = scratch();
const file = path();
writeSegment(file, [], {
  parts: { text: { terms: 5, empty: 0, half: 0.5, negative: -1, name: 'x' }, list: [] },
});

describe('what a structure left in a segment', () => {
  test('is found under its part', () => {
    reading(file, (reader) => {
      const meta = partMeta(reader, 'text');
      expect(metaCount(reader, meta, 'terms')).toBe(5);
      expect(metaCount(reader, meta, 'terms', 5)).toBe(5);
      expect(metaCount(reader, meta, 'empty', 0)).toBe(0);
    });
  });

  test.each(['vector', 'list', 'toString', ''])("part '%s' is missing: CorruptError", (part) => {
    reading(file, (reader) => {
      const error = thrown(() => partMeta(reader, part));
      expect(error).toBeInstanceOf(CorruptError);
      expect(error.message).toContain(`${file}: damaged: part '${part}' is missing;`);
    });
  });

  test.each([
    ['missing', 'absent', undefined, "'absent' is undefined, which can't be"],
    ['not whole', 'half', undefined, "'half' is 0.5, which can't be"],
    ['negative', 'negative', undefined, "'negative' is -1, which can't be"],
    ['text', 'name', undefined, "'name' is x, which can't be"],
    ['above its bound', 'terms', 4, "'terms' is 5, which can't be"],
  ])('a count that is %s: CorruptError', (_, key, max, message) => {
    reading(file, (reader) => {
      const error = thrown(() => metaCount(reader, partMeta(reader, 'text'), key, max));
      expect(error).toBeInstanceOf(CorruptError);
      expect(error.message).toContain(message);
    });
  });
});
