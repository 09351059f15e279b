import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RecordError } from '../../src/errors/index.js';
import { readDocuments, resolveInputs } from '../../src/records/index.js';
import { cut, flat, fromPieces, fromText, messageOf, pipe, scratch, shown, stdin } from './helpers.js';

const files = scratch();
const utf8 = (text: string) => Buffer.from(text);

describe('JSONL', () => {
  test('any chunk boundaries give what JSON.parse gives line by line', async () => {
    const record = fc.dictionary(
      fc.string({ unit: 'binary', maxLength: 4 }).filter((key) => !['__proto__', 'id', '_id'].includes(key)),
      fc.jsonValue(),
      { maxKeys: 4 },
    );
    const line = fc.oneof(
      { weight: 4, arbitrary: record.map((value) => JSON.stringify(value)) },
      { weight: 1, arbitrary: fc.constantFrom('', '  ', '\t') },
    );
    const ending = fc.constantFrom('\n', '\r\n');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(line, ending), { maxLength: 20 }),
        fc.array(fc.nat(4000), { maxLength: 30 }),
        fc.boolean(),
        fc.boolean(),
        fc.boolean(),
        async (lines, cuts, bom, last, gzip) => {
          let text = lines.map(([body, end]) => body + end).join('');
          if (last) text = text.replace(/\r?\n$/, '');
          const bytes = utf8((bom ? '\ufeff' : '') + text);
          const items = await fromPieces(cut(gzip ? gzipSync(bytes) : bytes, cuts));
          const expected = text.split('\n').flatMap((body, i) => {
            if (body.trim() === '') return [];
            return [{ line: i + 1, bytes: utf8(body.replace(/\r$/, '')).length, fields: JSON.parse(body) }];
          });
          expect(
            items.map((item) =>
              item instanceof Error
                ? item.message
                : { line: item.place.line, bytes: item.bytes, fields: item.fields },
            ),
          ).toEqual(expected);
          expect(items.map((item) => item.place.row)).toEqual(expected.map((_, row) => row));
        },
      ),
      { numRuns: 300 },
    );
  });

  test('each bad record is a value in its place, and reading goes on', async () => {
    const text = [
      '{"_id":"a"}',
      '',
      '{"_id":"b",}',
      '[1]',
      '"x"',
      'null',
      '7',
      '{"__proto__":{"x":1},"_id":"c"}',
      '{"id":12345678901234567890}',
      '{"_id":1.5}',
      '{"id":9007199254740991}',
      '{"_id":"d","id":1e30}',
      '{"_id":"e"',
      '{"_id":"e"} {',
    ].join('\n');
    expect(shown(await fromText(text))).toEqual([
      { _id: 'a' },
      `stdin:3: not valid JSON at column 12: expected a quoted name, found "}"`,
      'stdin:4: a record must be a JSON object, this is an array',
      'stdin:5: a record must be a JSON object, this is a string',
      'stdin:6: a record must be a JSON object, this is null',
      'stdin:7: a record must be a JSON object, this is a number',
      "stdin:8: '__proto__' can't be a field name; rename the field",
      "stdin:9: 'id' is a number beyond 2^53, which would lose digits; quote it",
      "stdin:10: '_id' is 1.5, not a whole number; quote it",
      { id: 9007199254740991 },
      { _id: 'd', id: 1e30 },
      `stdin:13: not valid JSON at column 11: expected ',' or '}', the line ends`,
      `stdin:14: not valid JSON at column 13: expected the end of the record, found "{"`,
    ]);
  });

  test('invalid UTF-8 spoils its own line only', async () => {
    const bytes = Buffer.concat([
      utf8('{"a":"'),
      Buffer.of(0xc3, 0x28),
      utf8('"}\n{"a":"é"}\n'),
      Buffer.of(0xff),
    ]);
    const items = await fromText(bytes);
    expect(shown(items)).toEqual([
      'stdin:1: not valid UTF-8; convert the input to UTF-8',
      { a: 'é' },
      'stdin:3: not valid UTF-8; convert the input to UTF-8',
    ]);
    expect(items[0]).toBeInstanceOf(RecordError);
    expect((items[0] as RecordError).place).toEqual({ file: 'stdin', line: 1, row: 0 });
  });

  test('U+FEFF is dropped at the start of the input only', async () => {
    expect(shown(await fromText('\ufeff{"a":"\ufeffx"}\n\ufeff{}'))).toEqual([
      { a: '\ufeffx' },
      `stdin:2: not valid JSON at column 1: expected a value, found "\ufeff"`,
    ]);
  });

  test('the record limit holds to the byte, with LF and CRLF, in any pieces', async () => {
    const body = (length: number) => `{"a":"${'x'.repeat(length - 8)}"}`;
    for (const end of ['\n', '\r\n']) {
      const text = [body(100), body(101), body(100), body(5000), body(99)].join(end);
      for (let size = 1; size < 300; size += 37) {
        const bytes = utf8(text);
        const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
          bytes.subarray(i * size, (i + 1) * size),
        );
        const items = await fromPieces(pieces, 'jsonl', { maxRecordBytes: 100 });
        expect(
          items.map((item) =>
            item instanceof Error ? item.message.replace(/\d+ bytes/, 'N bytes') : item.bytes,
          ),
        ).toEqual([
          100,
          'stdin:2: a record of N bytes, above the limit of 100; split it',
          100,
          'stdin:4: a record of N bytes, above the limit of 100; split it',
          99,
        ]);
      }
    }
    const [error] = await fromText(`${body(200)}\n`, 'jsonl', { maxRecordBytes: 100 });
    expect((error as RecordError).message).toBe(
      'stdin:1: a record of 200 bytes, above the limit of 100; split it',
    );
  });

  test('a record above the limit is not kept in memory', async () => {
    const chunk = Buffer.alloc(1 << 20, 'x');
    async function* pieces() {
      yield Buffer.from('{"a":"');
      for (let i = 0; i < 300; i++) yield chunk;
      yield Buffer.from('"}\n{"_id":"after"}\n');
    }
    const { Readable } = await import('node:stream');
    const before = process.memoryUsage().arrayBuffers;
    let peak = 0;
    const items = await flat(
      readDocuments(stdin(), {
        stdin: Readable.from(pieces()),
        maxRecordBytes: 1000,
        onBytes: () => {
          peak = Math.max(peak, process.memoryUsage().arrayBuffers - before);
        },
      }),
    );
    expect(shown(items)).toEqual([
      'stdin:1: a record of 314572808 bytes, above the limit of 1000; split it',
      { _id: 'after' },
    ]);
    expect(peak).toBeLessThan(100 << 20);
  });

  test('an empty input has no records', async () => {
    expect(await fromText('')).toEqual([]);
    expect(await fromText('\n\n')).toEqual([]);
    expect(await fromText(gzipSync(''))).toEqual([]);
  });

  test('gzip is told by its bytes, plain text by its own, whatever the name', async () => {
    const text = '{"_id":"a"}\n{"_id":"b"}\n';
    for (const [name, data] of [
      ['plain.jsonl.gz', text],
      ['zipped.jsonl', gzipSync(text)],
      ['members.jsonl.gz', Buffer.concat([gzipSync('{"_id":"a"}\n'), gzipSync('{"_id":"b"}\n')])],
      ['padded.jsonl.gz', Buffer.concat([gzipSync(text), Buffer.alloc(512)])],
    ] as const) {
      const inputs = await resolveInputs([files.file(name, data)], {});
      let read = 0;
      const items = await flat(readDocuments(inputs[0], { onBytes: (n) => (read += n) }));
      expect(shown(items)).toEqual([{ _id: 'a' }, { _id: 'b' }]);
      expect(read).toBe(inputs[0].bytes);
    }
  });

  test('gzip that ends early or is damaged is an InputError, after the records before', async () => {
    const text = Array.from({ length: 20_000 }, (_, i) => `{"_id":"${i}","x":${Math.sin(i)}}\n`).join('');
    const zipped = gzipSync(text);
    const damaged = Buffer.from(zipped);
    damaged[damaged.length - 6] ^= 1;
    for (const [name, data, message] of [
      ['cut.jsonl.gz', zipped.subarray(0, zipped.length - 5), 'truncated gzip data; copy the file again'],
      ['half.jsonl.gz', zipped.subarray(0, zipped.length >> 1), 'truncated gzip data; copy the file again'],
      ['head.jsonl.gz', zipped.subarray(0, 5), 'truncated gzip data; copy the file again'],
      ['flip.jsonl.gz', damaged, 'corrupt gzip data (incorrect data check); copy the file again'],
      [
        'tail.jsonl.gz',
        Buffer.concat([zipped, utf8('garbage')]),
        'corrupt gzip data (incorrect header check); copy the file again',
      ],
    ] as const) {
      const path = files.file(name, data);
      const [input] = await resolveInputs([path], {});
      let seen = 0;
      const read = async () => {
        for await (const batch of readDocuments(input)) {
          for (const item of batch) expect(item).toMatchObject({ fields: { _id: String(seen++) } });
        }
      };
      expect(await messageOf(read)).toBe(`InputError: ${path}: ${message}`);
      if (name === 'half.jsonl.gz') expect(seen).toBeGreaterThan(1000);
    }
  });

  test('records of a slow pipe arrive with their line ends', async () => {
    const slow = pipe();
    const batches = readDocuments(stdin(), { stdin: slow });
    slow.write('{"_id":"a"}\n{"_id"');
    expect(shown((await batches.next()).value)).toEqual([{ _id: 'a' }]);
    slow.write(':"b"}\n');
    expect(shown((await batches.next()).value)).toEqual([{ _id: 'b' }]);
    slow.end('{"_id":"c"}');
    expect(shown((await batches.next()).value)).toEqual([{ _id: 'c' }]);
    expect((await batches.next()).done).toBe(true);
  });

  test('a failing stdin is an InputError', async () => {
    const broken = pipe();
    const read = flat(readDocuments(stdin(), { stdin: broken }));
    broken.destroy(Object.assign(new Error('read EIO'), { code: 'EIO' }));
    expect(await messageOf(() => read)).toBe("InputError: stdin: can't be read (EIO)");
  });
});
