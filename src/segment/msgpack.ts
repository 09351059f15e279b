/** What decodeMessagePack can return. Maps come back as Map, so that no key is special. */
export type MsgValue = null | boolean | number | string | Uint8Array | MsgValue[] | MsgMap;
export type MsgMap = Map<string, MsgValue>;

/** Nesting allowed in metadata; ours is 5 deep, a crafted file could otherwise exhaust the stack. */
const MAX_DEPTH = 16;

/**
 * Decodes one msgpack value that fills `bytes` exactly: the few types our files hold, and nothing
 * else. Small on purpose: a one-shot query must not load a msgpack library to read a header.
 *
 * Accepts nil, booleans, every integer and float width (64-bit integers as numbers, refused beyond
 * 2^53), str, bin, array and map with string keys that do not repeat. `bin` is a view into `bytes`.
 * @throws Error with a reason when the bytes are not that; callers add the path
 */
export function decodeMessagePack(bytes: Uint8Array): MsgValue {
  const cursor = new Cursor(bytes);
  const value = cursor.value(0);
  if (cursor.at !== bytes.length) throw new Error(`${bytes.length - cursor.at} bytes after the value`);
  return value;
}

const BEYOND_ASCII = /[\x80-\xff]/;
const makeDecoder = () => new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
let decoder: ReturnType<typeof makeDecoder> | undefined;

class Cursor {
  at = 0;
  private readonly bytes: Uint8Array;
  private readonly buffer: Buffer;
  private readonly view: DataView;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  value(depth: number): MsgValue {
    if (depth > MAX_DEPTH) throw new Error('nested too deeply');
    const tag = this.bytes[this.take(1)];
    if (tag < 0x80) return tag;
    if (tag < 0x90) return this.map(tag & 15, depth);
    if (tag < 0xa0) return this.array(tag & 15, depth);
    if (tag < 0xc0) return this.string(tag & 31);
    if (tag >= 0xe0) return tag - 256;
    switch (tag) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc4:
        return this.binary(this.view.getUint8(this.take(1)));
      case 0xc5:
        return this.binary(this.view.getUint16(this.take(2)));
      case 0xc6:
        return this.binary(this.view.getUint32(this.take(4)));
      case 0xca:
        return this.view.getFloat32(this.take(4));
      case 0xcb:
        return this.view.getFloat64(this.take(8));
      case 0xcc:
        return this.view.getUint8(this.take(1));
      case 0xcd:
        return this.view.getUint16(this.take(2));
      case 0xce:
        return this.view.getUint32(this.take(4));
      case 0xcf:
        return safe(this.view.getBigUint64(this.take(8)));
      case 0xd0:
        return this.view.getInt8(this.take(1));
      case 0xd1:
        return this.view.getInt16(this.take(2));
      case 0xd2:
        return this.view.getInt32(this.take(4));
      case 0xd3:
        return safe(this.view.getBigInt64(this.take(8)));
      case 0xd9:
        return this.string(this.view.getUint8(this.take(1)));
      case 0xda:
        return this.string(this.view.getUint16(this.take(2)));
      case 0xdb:
        return this.string(this.view.getUint32(this.take(4)));
      case 0xdc:
        return this.array(this.view.getUint16(this.take(2)), depth);
      case 0xdd:
        return this.array(this.view.getUint32(this.take(4)), depth);
      case 0xde:
        return this.map(this.view.getUint16(this.take(2)), depth);
      case 0xdf:
        return this.map(this.view.getUint32(this.take(4)), depth);
      default:
        throw new Error(`unexpected msgpack type 0x${tag.toString(16)}`);
    }
  }

  /** Moves past `n` bytes and returns where they begin. */
  private take(n: number): number {
    const start = this.at;
    if (n > this.bytes.length - start) throw new Error('ends in the middle of a value');
    this.at = start + n;
    return start;
  }

  private string(n: number): string {
    const start = this.take(n);
    // Names and numbers mostly, and hundreds of them: this takes a start half of the time.
    const text = this.buffer.toString('latin1', start, start + n);
    if (!BEYOND_ASCII.test(text)) return text;
    decoder ??= makeDecoder();
    return decoder.decode(this.bytes.subarray(start, start + n));
  }

  private binary(n: number): Uint8Array {
    const start = this.take(n);
    return this.bytes.subarray(start, start + n);
  }

  private array(n: number, depth: number): MsgValue[] {
    // Every element takes a byte at least: bounds what a forged count can allocate.
    if (n > this.bytes.length - this.at) throw new Error('array count exceeds the bytes there are');
    const out: MsgValue[] = [];
    for (let i = 0; i < n; i++) out.push(this.value(depth + 1));
    return out;
  }

  private map(n: number, depth: number): MsgMap {
    if (2 * n > this.bytes.length - this.at) throw new Error('map count exceeds the bytes there are');
    const out: MsgMap = new Map();
    for (let i = 0; i < n; i++) {
      const key = this.value(depth + 1);
      if (typeof key !== 'string') throw new Error('map key is not a string');
      if (out.has(key)) throw new Error(`map key '${key}' twice`);
      out.set(key, this.value(depth + 1));
    }
    return out;
  }
}

function safe(n: bigint): number {
  const number = Number(n);
  if (!Number.isSafeInteger(number)) throw new Error('integer beyond 2^53');
  return number;
}
