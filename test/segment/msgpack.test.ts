import { decode, encode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { Packr, unpack } from 'msgpackr';
import { describe, expect, test } from 'vitest';
import { decodeMessagePack, encodeMetadata } from '../../src/segment/index.js';
import type { Metadata } from '../../src/segment/metadata.js';
import { thrown } from '../storage/scratch.js';

/** Whole numbers around every width msgpack has, both signs, and doubles. */
const edges = [
  0,
  31,
  32,
  127,
  128,
  255,
  256,
  32_767,
  32_768,
  65_535,
  65_536,
  2 ** 31,
  2 ** 32,
  2 ** 52,
  2 ** 53,
]
  .flatMap((n) => [n - 1, n, n + 1, -n, -n - 1, -n + 1])
  .filter((n) => Number.isSafeInteger(n) && !Object.is(n, -0));

const number = fc.oneof(
  fc.constantFrom(...edges),
  fc.maxSafeInteger(),
  fc.double().filter((x) => !Object.is(x, -0)),
);
const text = fc.string({ unit: 'binary', maxLength: 40 });
/** `__proto__` is refused by @msgpack/msgpack and by us when written; it has a test of its own. */
const key = text.filter((k) => k !== '__proto__');

const { value } = fc.letrec<{ value: Metadata }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.oneof(
      number,
      text,
      fc.boolean(),
      fc.constant(null),
      fc.uint8Array({ maxLength: 300 }) as fc.Arbitrary<Uint8Array>,
    ),
    fc.array(tie('value'), { maxLength: 17 }),
    fc.dictionary(key, tie('value'), { maxKeys: 17, noNullPrototype: true }),
  ),
}));

/** What our decoder returns for an object: a Map. */
function asMaps(it: unknown): unknown {
  if (it instanceof Uint8Array) return new Uint8Array(it);
  if (Array.isArray(it)) return it.map(asMaps);
  if (it === null || typeof it !== 'object') return it;
  const entries = it instanceof Map ? [...it] : Object.entries(it);
  return new Map(entries.map(([k, v]) => [k, asMaps(v)]));
}

const hex = (bytes: string) => Buffer.from(bytes.replaceAll(' ', ''), 'hex');

describe('decodeMessagePack', () => {
  test('reads what @msgpack/msgpack writes', () => {
    fc.assert(
      fc.property(value, (it) => {
        expect(asMaps(decodeMessagePack(encode(it)))).toEqual(asMaps(it));
      }),
      { numRuns: 500 },
    );
  });

  test('reads what msgpackr writes, whole numbers above 2^32 as float64 included', () => {
    const packr = new Packr({ useRecords: false });
    expect(packr.pack(2 ** 40)[0]).toBe(0xcb);
    fc.assert(
      fc.property(value, (it) => {
        expect(asMaps(decodeMessagePack(packr.pack(asMaps(it))))).toEqual(asMaps(it));
      }),
      { numRuns: 300 },
    );
  });

  test('arrays, maps, strings and bins at the edges of their widths', () => {
    for (const n of [15, 16, 65_535, 65_536]) {
      const list = Array.from({ length: n }, (_, i) => i);
      expect(decodeMessagePack(encode(list))).toEqual(list);
      const map = decodeMessagePack(encode(Object.fromEntries(list.map((i) => [`k${i}`, i]))));
      expect(map).toEqual(new Map(list.map((i) => [`k${i}`, i])));
    }
    for (const n of [31, 32, 255, 256, 65_535, 65_536]) {
      expect(decodeMessagePack(encode('x'.repeat(n)))).toBe('x'.repeat(n));
      expect((decodeMessagePack(encode(new Uint8Array(n).fill(7))) as Uint8Array).length).toBe(n);
    }
  });

  // Bytes from the table of formats in the msgpack specification: the widest form of a small number is as good.
  test.each<[string, number]>([
    ['05', 5],
    ['cc 05', 5],
    ['cd 0005', 5],
    ['ce 00000005', 5],
    ['cf 0000000000000005', 5],
    ['d0 05', 5],
    ['d1 0005', 5],
    ['d2 00000005', 5],
    ['d3 0000000000000005', 5],
    ['ca 40a00000', 5],
    ['cb 4014000000000000', 5],
    ['ff', -1],
    ['e0', -32],
    ['d0 ff', -1],
    ['d1 ffff', -1],
    ['d2 ffffffff', -1],
    ['d3 ffffffffffffffff', -1],
    ['cf 001fffffffffffff', 2 ** 53 - 1],
    ['d3 ffe0000000000001', -(2 ** 53) + 1],
  ])('%s is %d', (bytes, expected) => {
    expect(decodeMessagePack(hex(bytes))).toBe(expected);
  });

  test('a key named __proto__ is a key like any other', () => {
    const map = decodeMessagePack(encode(JSON.parse('{"__proto__":{"polluted":1},"constructor":2}')));
    expect(map).toEqual(
      new Map<string, unknown>([
        ['__proto__', new Map([['polluted', 1]])],
        ['constructor', 2],
      ]),
    );
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test('a byte order mark stays', () => {
    expect(decodeMessagePack(encode('\ufeffa'))).toBe('\ufeffa');
  });

  test('bin is a view into the bytes, which may lie anywhere in their buffer', () => {
    const bytes = Buffer.concat([Buffer.alloc(3), encode({ a: 2 ** 40, b: Uint8Array.of(1, 2) })]).subarray(
      3,
    );
    const map = decodeMessagePack(bytes) as Map<string, unknown>;
    expect(map.get('a')).toBe(2 ** 40);
    expect((map.get('b') as Uint8Array).buffer).toBe(bytes.buffer);
    expect([...(map.get('b') as Uint8Array)]).toEqual([1, 2]);
  });

  test.each([
    ['nothing', '', 'ends in the middle of a value'],
    ['a second value', '01 02', '1 bytes after the value'],
    ['a short number', 'ce 000000', 'ends in the middle of a value'],
    ['a short string', 'a3 6162', 'ends in the middle of a value'],
    ['a short bin', 'c6 ffffffff 00', 'ends in the middle of a value'],
    ['an array of 2^32 - 1', 'dd ffffffff 01', 'array count exceeds the bytes there are'],
    ['a map of 2^32 - 1', 'df ffffffff a161 01', 'map count exceeds the bytes there are'],
    ['a map of 3 in the space of 2', '83 a161 01 02', 'map count exceeds the bytes there are'],
    ['a string that is not UTF-8', 'a2 c328', 'not valid'],
    ['half a surrogate pair', 'a3 eda080', 'not valid'],
    ['an integer of 2^53', 'cf 0020000000000000', 'integer beyond 2^53'],
    ['an integer of -2^53', 'd3 ffe0000000000000', 'integer beyond 2^53'],
    ['a key that is a number', '81 01 02', 'map key is not a string'],
    ['a key twice', '82 a161 01 a161 02', "map key 'a' twice"],
    ['the type that is never used', 'c1', 'unexpected msgpack type 0xc1'],
    ['an extension (a date)', 'd6 ff 00000000', 'unexpected msgpack type 0xd6'],
  ])('refuses %s', (_, bytes, message) => {
    expect(thrown(() => decodeMessagePack(hex(bytes))).message).toContain(message);
  });

  test('nesting is bounded: 17 arrays open, not 18', () => {
    expect(() => decodeMessagePack(hex(`${'91'.repeat(16)}90`))).not.toThrow();
    expect(() => decodeMessagePack(hex(`${'91'.repeat(17)}90`))).toThrow('nested too deeply');
    expect(() => decodeMessagePack(new Uint8Array(1_000_000).fill(0x91))).toThrow('nested too deeply');
    expect(() => decodeMessagePack(Buffer.alloc(1_000_000, hex('81a161')))).toThrow('nested too deeply');
  });

  test('garbage is an Error with a reason, or means what another library says it means', () => {
    const damaged = fc
      .tuple(
        value,
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
        fc.nat(),
        fc.uint8Array({ maxLength: 4 }),
      )
      .map(([it, edits, cut, more]) => {
        const bytes = Uint8Array.from([...encode(it), ...more]);
        for (const [at, byte] of edits) bytes[at % bytes.length] = byte;
        return cut % 3 === 0 ? bytes.subarray(0, cut % (bytes.length + 1)) : bytes;
      });
    let read = 0;
    let refused = 0;
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 64 }), damaged), (bytes) => {
        let got: unknown;
        try {
          got = decodeMessagePack(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
          expect((error as Error).message).not.toBe('');
          refused++;
          return;
        }
        expect(asMaps(got)).toEqual(asMaps(decode(bytes)));
        read++;
      }),
      { numRuns: 3000 },
    );
    expect(read).toBeGreaterThan(100);
    expect(refused).toBeGreaterThan(100);
  });
});

describe('encodeMetadata', () => {
  const content = fc.dictionary(key, value, { maxKeys: 20, noNullPrototype: true });

  test('both decoders and ours read the same from it', () => {
    fc.assert(
      fc.property(content, (it) => {
        const bytes = encodeMetadata(it);
        expect(asMaps(decodeMessagePack(bytes))).toEqual(asMaps(it));
        expect(asMaps(decode(bytes))).toEqual(asMaps(it));
        expect(asMaps(unpack(bytes))).toEqual(asMaps(it));
      }),
      { numRuns: 200 },
    );
  });

  test('the order in which keys were put in leaves no trace, at any depth', () => {
    const shuffled = (it: Metadata, turn: number): Metadata => {
      if (Array.isArray(it)) return it.map((v) => shuffled(v, turn));
      if (it === null || typeof it !== 'object' || it instanceof Uint8Array) return it;
      const entries = Object.entries(it as Record<string, Metadata>);
      const by = turn % Math.max(1, entries.length);
      const turned = [...entries.slice(by), ...entries.slice(0, by)].reverse();
      return Object.fromEntries(turned.map(([k, v]) => [k, shuffled(v, turn)]));
    };
    fc.assert(
      fc.property(content, fc.nat(20), (it, turn) => {
        expect(Buffer.compare(encodeMetadata(shuffled(it, turn)), encodeMetadata(it))).toBe(0);
      }),
      { numRuns: 200 },
    );
    // Code-unit order, numbers among the keys too.
    expect([
      ...(decodeMessagePack(encodeMetadata({ b: 1, 10: 2, 9: 3, B: 4, é: 5 })) as Map<string, 1>).keys(),
    ]).toEqual(['10', '9', 'B', 'b', 'é']);
  });

  test('what was encoded stays when more is', () => {
    const first = encodeMetadata({ a: 'x'.repeat(100) });
    const copy = Uint8Array.from(first);
    for (let i = 0; i < 200; i++) encodeMetadata({ b: `y${i}`.repeat(50) });
    expect(Uint8Array.from(first)).toEqual(copy);
  });

  test('undefined values are left out', () => {
    expect(encodeMetadata({ a: 1, b: undefined })).toEqual(encodeMetadata({ a: 1 }));
  });

  test('a view is written as its own bytes, not its buffer', () => {
    const view = Uint8Array.of(1, 2, 3, 4, 5).subarray(1, 3);
    expect(Buffer.from(encodeMetadata({ a: view })).toString('hex')).toBe('81a161c4020203');
  });

  test('maps of more than 65,535 keys', () => {
    const many = Object.fromEntries(Array.from({ length: 70_000 }, (_, i) => [`k${i}`, i]));
    expect((decodeMessagePack(encodeMetadata(many)) as Map<string, number>).get('k69999')).toBe(69_999);
  });

  test('a key named __proto__ is refused at any depth', () => {
    expect(() => encodeMetadata(JSON.parse('{"__proto__":1}'))).toThrow("metadata key '__proto__'");
    expect(() => encodeMetadata({ a: [JSON.parse('{"__proto__":1}')] })).toThrow("metadata key '__proto__'");
  });

  test('half a surrogate pair is refused: what is written must be readable', () => {
    expect(() => encodeMetadata({ a: 'x\ud800' })).toThrow('half a surrogate pair');
    expect(() => encodeMetadata({ a: ['\udc00'] })).toThrow('half a surrogate pair');
    expect(() => encodeMetadata({ 'x\ud800': 1 })).toThrow('half a surrogate pair');
  });
});
