import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { ColumnMetaData, DecodedArray, PageHeader } from 'hyparquet';
import type { RandomFile } from '../randomfile.js';
import type { ColumnDecoder } from '../vendor/parquet.js';
import { checkPage, type ParquetPackage } from './parquet-check.js';

const LARGEST_PAGE = 256 * 1024 * 1024;
const HEADER_WINDOWS = [16 * 1024, 1024 * 1024, 16 * 1024 * 1024];

/** One leaf column of one row group, decoded page by page. */
export class ColumnPages {
  /** Dotted, as the schema has it. */
  readonly path: string;
  readonly #file: RandomFile;
  readonly #parquet: ParquetPackage;
  readonly #decoder: ColumnDecoder;
  readonly #end: number;
  #at: number;
  #dictionary: DecodedArray | undefined;
  #valuesLeft: number;
  /** Whole rows, and after them the last one of the page, which the next page may continue. */
  #rows: unknown[] = [];
  #taken = 0;

  constructor(file: RandomFile, parquet: ParquetPackage, meta: ColumnMetaData, decoder: ColumnDecoder) {
    this.path = meta.path_in_schema.join('.');
    this.#file = file;
    this.#parquet = parquet;
    this.#decoder = decoder;
    const data = Number(meta.data_page_offset);
    const dictionary = Number(meta.dictionary_page_offset ?? 0);
    this.#at = dictionary > 0 && dictionary < data ? dictionary : data;
    this.#end = this.#at + Number(meta.total_compressed_size);
    this.#valuesLeft = Number(meta.num_values);
    if (!(this.#at >= 4 && this.#end <= file.size)) throw file.truncated();
  }

  /** Decodes until `rows` are ready or there are no more. @returns the rows that are */
  async fill(rows: number): Promise<number> {
    while (this.#ready() < rows && !this.#finished()) await this.#readPage();
    return Math.min(rows, this.#ready());
  }

  /** The next `rows`, which must be ready. */
  take(rows: number): unknown[] {
    const from = this.#taken;
    this.#taken += rows;
    return this.#rows.slice(from, this.#taken);
  }

  #finished(): boolean {
    return this.#valuesLeft <= 0;
  }

  #ready(): number {
    const held = this.#rows.length - this.#taken;
    return this.#finished() ? held : Math.max(0, held - 1);
  }

  async #readPage(): Promise<void> {
    const header = await this.#readHeader();
    const packed = header.compressed_page_size;
    const { type } = header;
    if (!(packed >= 0 && packed <= LARGEST_PAGE && this.#at + packed <= this.#end))
      throw this.#file.truncated();
    if (!(header.uncompressed_page_size >= 0 && header.uncompressed_page_size <= LARGEST_PAGE)) {
      throw new Error(`a page of ${header.uncompressed_page_size} bytes, above ${LARGEST_PAGE}`);
    }
    const bytes = await this.#file.read(this.#at, packed);
    this.#at += packed;
    if (type === 'INDEX_PAGE') return;
    const page = this.#unpack(bytes, header);
    checkPage(this.#parquet, page, header, this.#decoder);
    const reader = { view: new DataView(page.buffer, page.byteOffset, page.byteLength), offset: 0 };
    const plainHeader = { ...header, compressed_page_size: page.length };
    if (header.data_page_header_v2 !== undefined) {
      plainHeader.data_page_header_v2 = { ...header.data_page_header_v2, is_compressed: false };
    }
    const decoder = { ...this.#decoder, codec: 'UNCOMPRESSED' as const };
    if (type === 'DICTIONARY_PAGE') {
      const { data } = this.#parquet.readPage(reader, plainHeader, decoder, undefined, undefined, 0);
      if (data) this.#dictionary = this.#parquet.convert(data, decoder);
      return;
    }
    // The last row so far goes along: pages may cut a list in two.
    const rest = this.#rows.slice(this.#taken);
    const last = rest.length > 0 && Array.isArray(rest.at(-1)) ? [rest.pop()] : undefined;
    const { data } = this.#parquet.readPage(reader, plainHeader, decoder, this.#dictionary, last, 0);
    const found: unknown[] = Array.isArray(data) ? data : Array.from(data as ArrayLike<unknown>);
    if (last !== undefined && data !== last) rest.push(...last);
    for (const row of found) rest.push(row);
    this.#rows = rest;
    this.#taken = 0;
    this.#valuesLeft -= (header.data_page_header ?? header.data_page_header_v2)?.num_values ?? 0;
  }

  async #readHeader(): Promise<PageHeader> {
    let fault: unknown;
    for (const window of HEADER_WINDOWS) {
      const length = Math.min(window, this.#end - this.#at);
      if (length <= 0) throw this.#file.truncated();
      const bytes = await this.#file.read(this.#at, length);
      const reader = { view: new DataView(bytes.buffer), offset: 0 };
      try {
        const header = this.#parquet.parquetHeader(reader);
        this.#at += reader.offset;
        return header;
      } catch (error) {
        fault = error;
        if (length < window) break;
      }
    }
    throw fault;
  }

  /** The page with its values unpacked; of a page of version 2 its levels stand before them as they are. */
  #unpack(bytes: Uint8Array<ArrayBuffer>, header: PageHeader): Uint8Array {
    const v2 = header.data_page_header_v2;
    const { codec } = this.#decoder;
    if (codec === 'UNCOMPRESSED' || v2?.is_compressed === false) return bytes;
    const levels = v2 === undefined ? 0 : v2.definition_levels_byte_length + v2.repetition_levels_byte_length;
    if (!(levels >= 0 && levels <= bytes.length && levels <= header.uncompressed_page_size)) {
      throw this.#file.truncated();
    }
    const size = header.uncompressed_page_size - levels;
    const values = size === 0 ? new Uint8Array(0) : this.#inflate(bytes.subarray(levels), size);
    if (values.length !== size)
      throw new Error(`a page unpacks to ${values.length} bytes instead of ${size}`);
    if (levels === 0) return values;
    const page = new Uint8Array(levels + size);
    page.set(bytes.subarray(0, levels));
    page.set(values, levels);
    return page;
  }

  #inflate(bytes: Uint8Array, size: number): Uint8Array {
    const { codec } = this.#decoder;
    const parquet = this.#parquet;
    switch (codec) {
      case 'GZIP':
        return gunzipSync(bytes, { maxOutputLength: size });
      case 'BROTLI':
        return brotliDecompressSync(bytes, { maxOutputLength: size });
      case 'ZSTD':
        return parquet.decompressZstd(bytes, new Uint8Array(size));
      case 'LZ4':
        return parquet.decompressLz4(bytes, size);
      case 'LZ4_RAW':
        return parquet.decompressLz4Raw(bytes, size);
      case 'SNAPPY': {
        const page = new Uint8Array(size);
        parquet.snappyUncompress(bytes, page);
        return page;
      }
      default:
        throw new Error(`codec ${codec} is not known`);
    }
  }
}
