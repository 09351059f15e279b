import { closeSync, fsyncSync, ftruncateSync, openSync, rmSync } from 'node:fs';
import { crc32, fromSystem, sha256, writeExactly } from '../storage/index.js';
import {
  type ArrayInfo,
  CHUNK_BYTES,
  chunkCount,
  type DType,
  dtypeBytes,
  encodeArrayInfo,
  encodeCrcs,
  encodeHead,
  FileKind,
  FORMAT_VERSION,
  HEAD_BYTES,
  MAX_PART_BYTES,
  padBytes,
  TABLE_PAGE_BYTES,
} from './format.js';
import { encodeMetadata, type Metadata } from './metadata.js';

/** Bytes gathered before a write. */
const BUFFER_BYTES = 16 * CHUNK_BYTES;

/** Takes the bytes of one array in order. */
export interface ArraySink {
  write(bytes: Uint8Array): void;
  /** Must be called once all of the array was written. @throws Error when it was not */
  end(): void;
}

/** What finish() says about the file. */
export interface WrittenSegment {
  bytes: number;
  /** SHA-256, hex, of the bytes after the head followed by the head: the head is written last. */
  digest: string;
  arrays: { name: string; bytes: number }[];
}

/** An array that is written, and the checksums of its chunks; none when these are written too. */
interface Written {
  info: ArrayInfo;
  crcs: number[] | undefined;
}

/**
 * Writes one segment file front to back: arrays in the order they are begun, then the checksums of
 * the large ones, the directory, and the head into the space kept for it. The file is fsynced, not renamed: that is the commit's.
 */
export class SegmentWriter {
  readonly path: string;
  private readonly fd: number;
  private readonly hash = sha256();
  private readonly arrays: Written[] = [];
  private readonly buffer = new Uint8Array(BUFFER_BYTES);
  private buffered = 0;
  private position = HEAD_BYTES;
  private current: string | undefined;
  private open = true;

  constructor(path: string) {
    this.path = path;
    try {
      this.fd = openSync(path, 'wx+');
    } catch (error) {
      throw fromSystem(error, path);
    }
  }

  /**
   * Writes an array whose elements are at hand.
   * @param data little-endian elements, row-major @param chunk as of begin()
   */
  add(name: string, dtype: DType, shape: number[], data: ArrayBufferView, chunk = CHUNK_BYTES): void {
    const sink = this.begin(name, dtype, shape, chunk);
    sink.write(new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength));
    sink.end();
  }

  /**
   * Begins an array whose bytes come in pieces. One array at a time.
   * @param chunk bytes under one checksum, a power of two: what a range read fetches at least
   */
  begin(name: string, dtype: DType, shape: number[], chunk = CHUNK_BYTES): ArraySink {
    if (this.current !== undefined) throw new Error(`array '${this.current}' is not finished`);
    if (this.arrays.some(({ info }) => info.name === name)) throw new Error(`array '${name}' twice`);
    this.current = name;
    const byteLength = shape.reduce((product, n) => product * n, 1) * dtypeBytes(dtype);
    const none = new Uint32Array(0);
    const info: ArrayInfo = {
      name,
      dtype,
      shape,
      byteLength,
      parts: [],
      chunk,
      table: undefined,
      crcs: none,
    };
    const crcs: number[] = [];
    let written = 0;
    let crc = 0;
    if (byteLength === 0) this.beginPart(info, 0);
    const write = (bytes: Uint8Array) => {
      if (written + bytes.length > byteLength) throw new Error(`array '${name}' is longer than its shape`);
      for (let at = 0; at < bytes.length; ) {
        if (written % MAX_PART_BYTES === 0) {
          this.beginPart(info, Math.min(MAX_PART_BYTES, byteLength - written));
        }
        const room = chunk - (written % chunk);
        const piece = bytes.subarray(at, at + room);
        crc = crc32(piece, crc);
        this.put(piece);
        at += piece.length;
        written += piece.length;
        if (written % chunk === 0 || written === byteLength) {
          crcs.push(crc);
          crc = 0;
        }
      }
    };
    const end = () => {
      if (written !== byteLength) throw new Error(`array '${name}': ${written} bytes of ${byteLength}`);
      this.arrays.push({ info, crcs });
      this.current = undefined;
    };
    return { write, end };
  }

  /**
   * Makes the file whole as it stands, so that a reader can open it before finish(), which writes over this. Arrays may
   * still be added.
   */
  checkpoint(meta: Metadata): void {
    const { directory, head } = this.ending(meta);
    this.flush();
    writeExactly(this.fd, directory, this.position, this.path);
    writeExactly(this.fd, head, 0, this.path);
  }

  /** Writes directory and head, fsyncs and closes. @param meta stands in the directory under 'meta' */
  finish(meta: Metadata): WrittenSegment {
    const { directory, head } = this.ending(meta);
    this.put(directory);
    this.flush();
    const fileBytes = this.position;
    writeExactly(this.fd, head, 0, this.path);
    this.hash.update(head);
    try {
      // A checkpoint may have been longer.
      ftruncateSync(this.fd, fileBytes);
      fsyncSync(this.fd);
    } catch (error) {
      throw fromSystem(error, this.path);
    }
    this.close();
    const sizes = this.arrays.map(({ info }) => ({ name: info.name, bytes: info.byteLength }));
    return { bytes: fileBytes, digest: this.hash.digest('hex'), arrays: sizes };
  }

  /** Closes and deletes an unfinished file. Does nothing after finish(). */
  abort(): void {
    if (!this.open) return;
    this.close();
    rmSync(this.path, { force: true });
  }

  /** What stands behind the arrays, and the head that says so. */
  private ending(meta: Metadata): { directory: Uint8Array; head: Uint8Array } {
    if (this.current !== undefined) throw new Error(`array '${this.current}' is not finished`);
    for (const array of this.arrays) this.writeChecksums(array);
    const directory = encodeMetadata({ arrays: this.arrays.map(({ info }) => encodeArrayInfo(info)), meta });
    const head = encodeHead({
      version: FORMAT_VERSION,
      kind: FileKind.segment,
      fileBytes: this.position + directory.length,
      directoryOffset: this.position,
      directoryBytes: directory.length,
      directoryCrc: crc32(directory),
    });
    return { directory, head };
  }

  private close(): void {
    this.open = false;
    closeSync(this.fd);
  }

  private beginPart(info: ArrayInfo, bytes: number): void {
    info.parts.push({ offset: this.beginBin(bytes), bytes });
  }

  /** The checksums of an array: in its entry, or in a table whose pages have theirs there. */
  private writeChecksums(array: Written): void {
    const { info, crcs } = array;
    if (crcs === undefined) return;
    array.crcs = undefined;
    if (chunkCount(info) * 4 <= TABLE_PAGE_BYTES) {
      info.crcs = Uint32Array.from(crcs);
      return;
    }
    const bytes = encodeCrcs(crcs);
    info.table = { offset: this.beginBin(bytes.length), bytes: bytes.length };
    this.put(bytes);
    info.crcs = Uint32Array.from({ length: Math.ceil(bytes.length / TABLE_PAGE_BYTES) }, (_, page) =>
      crc32(bytes.subarray(page * TABLE_PAGE_BYTES, (page + 1) * TABLE_PAGE_BYTES)),
    );
  }

  /** A pad value, then the header of a bin whose payload is aligned. @returns where that begins */
  private beginBin(bytes: number): number {
    const pad = padBytes(this.position);
    const header = new Uint8Array(2 + pad + 5);
    header.set([0xc4, pad]);
    header[2 + pad] = 0xc6;
    new DataView(header.buffer).setUint32(3 + pad, bytes);
    this.put(header);
    return this.position;
  }

  private put(bytes: Uint8Array): void {
    this.position += bytes.length;
    for (let at = 0; at < bytes.length; ) {
      if (this.buffered === BUFFER_BYTES) this.flush(this.position - bytes.length + at);
      const piece = bytes.subarray(at, at + BUFFER_BYTES - this.buffered);
      this.buffer.set(piece, this.buffered);
      this.buffered += piece.length;
      at += piece.length;
    }
  }

  /** @param end file offset just behind the buffered bytes */
  private flush(end = this.position): void {
    const bytes = this.buffer.subarray(0, this.buffered);
    this.hash.update(bytes);
    writeExactly(this.fd, bytes, end - this.buffered, this.path);
    this.buffered = 0;
  }
}
