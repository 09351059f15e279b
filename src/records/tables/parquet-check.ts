import type { PageHeader } from 'hyparquet';
import type { ColumnDecoder } from '../vendor/parquet.js';

export type ParquetPackage = typeof import('../vendor/parquet.js');

/** Values in a page. Writers end pages at about 1 MiB or 20,000 rows. */
const LARGEST_VALUES = 2 ** 24;
/** Bytes that the strings of one page may take after their common beginnings are repeated. */
const LARGEST_STRINGS = 256 * 1024 * 1024;

/**
 * Bounds what decoding a page would allocate, before it does: the decoder believes the run lengths it reads, of which a
 * few bytes can ask for 2^31 values.
 * @param page unpacked
 * @throws Error
 */
export function checkPage(
  parquet: ParquetPackage,
  page: Uint8Array,
  header: PageHeader,
  decoder: ColumnDecoder,
): void {
  const { data_page_header: v1, data_page_header_v2: v2, dictionary_page_header: dictionary } = header;
  if (dictionary !== undefined) {
    if (!(dictionary.num_values >= 0 && dictionary.num_values <= page.length * 8))
      throw tooMany(dictionary.num_values);
    return;
  }
  const data = v1 ?? v2;
  if (data === undefined) throw new Error(`a page of type ${header.type} without its header`);
  const count = data.num_values;
  if (!(count >= 0 && count <= LARGEST_VALUES)) throw tooMany(count);
  const levels = decoder.schemaPath.slice(1).map(({ element }) => element.repetition_type);
  const repetition = levels.filter((type) => type === 'REPEATED').length;
  const definition = levels.filter((type) => type !== 'REQUIRED').length;
  const runs = new Runs(page);
  if (v2 !== undefined) {
    runs.check(0, v2.repetition_levels_byte_length, width(repetition), repetition > 0 ? count : 0);
    const at = v2.repetition_levels_byte_length;
    runs.check(at, v2.definition_levels_byte_length, width(definition), definition > 0 ? count : 0);
    runs.at = at + v2.definition_levels_byte_length;
    if (!(v2.num_nulls >= 0 && v2.num_nulls <= count)) throw tooMany(v2.num_nulls);
  } else {
    if (repetition > 0) runs.checkSized(width(repetition), count);
    if (definition > 0) runs.checkSized(width(definition), count);
  }
  const { encoding } = data;
  const left = page.length - runs.at;
  if (encoding === 'PLAIN_DICTIONARY' || encoding === 'RLE_DICTIONARY') {
    if (left > 0) runs.check(runs.at + 1, left - 1, page[runs.at], count);
  } else if (encoding === 'RLE') {
    if (decoder.type === 'BOOLEAN') runs.checkSized(1, count);
  } else if (encoding === 'DELTA_BYTE_ARRAY') {
    checkPrefixes(parquet, page, runs.at, v2 === undefined ? count : count - v2.num_nulls);
  }
}

function tooMany(values: number): Error {
  return new Error(`a page of ${values} values, above ${LARGEST_VALUES}; write smaller pages`);
}

function width(level: number): number {
  return 32 - Math.clz32(level);
}

/** Walks runs of the hybrid of run lengths and bit packing (Encodings.md) without expanding them. */
class Runs {
  at = 0;
  private readonly page: Uint8Array;

  constructor(page: Uint8Array) {
    this.page = page;
  }

  /** Runs after their length in 4 bytes. */
  checkSized(bits: number, count: number): void {
    if (this.at + 4 > this.page.length) throw new Error('a page ends in its levels');
    const length = new DataView(this.page.buffer, this.page.byteOffset).getUint32(this.at, true);
    this.check(this.at + 4, length, bits, count);
    this.at += 4 + length;
  }

  /** @throws Error where `length` bytes at `at` hold a run of more values than there are to come */
  check(at: number, length: number, bits: number, count: number): void {
    if (!(length >= 0 && at + length <= this.page.length)) throw new Error('a page ends in its levels');
    if (bits > 32) throw new Error(`values of ${bits} bits`);
    const end = at + length;
    let left = count;
    for (let p = at; left > 0 && p < end; ) {
      let head = 0;
      let shift = 0;
      for (;;) {
        if (p >= end || shift > 28) throw new Error('a run without an end');
        const byte = this.page[p++];
        head += (byte & 0x7f) * 2 ** shift;
        if (byte < 0x80) break;
        shift += 7;
      }
      const packed = head % 2 === 1;
      const values = packed ? Math.floor(head / 2) * 8 : Math.floor(head / 2);
      // A packed run is whole groups of 8, the last of which may be padding.
      if (values > left + 7 + (packed ? 504 : 0))
        throw new Error(`a run of ${values} values where ${left} are to come`);
      p += packed ? Math.floor(head / 2) * bits : (bits + 7) >> 3;
      left -= values;
    }
  }
}

/** Strings that begin as the string before: a page of 1 MiB could make terabytes. */
function checkPrefixes(parquet: ParquetPackage, page: Uint8Array, at: number, count: number): void {
  const reader = { view: new DataView(page.buffer, page.byteOffset, page.byteLength), offset: at };
  let total = 0;
  for (let list = 0; list < 2; list++) {
    const lengths = new Int32Array(count);
    parquet.deltaBinaryUnpack(reader, count, lengths);
    for (const length of lengths) total += length;
  }
  if (total > LARGEST_STRINGS)
    throw new Error(`strings of ${total} bytes in a page, above ${LARGEST_STRINGS}`);
}
