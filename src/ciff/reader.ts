import { InputError, type Place } from '../errors/index.js';
import { ByteReader, openBytes, type ReadOptions } from '../records/index.js';
import {
  type CiffDocument,
  CiffFault,
  type CiffHeader,
  type CiffList,
  decodeDocument,
  decodeHeader,
  decodeList,
} from './messages.js';

/** No message is larger: a list of 200 million postings. */
const MAX_MESSAGE_BYTES = 2 ** 31 - 1;

/** Reads a CIFF file from its beginning to its end; gzip and zstd are seen through. */
export class CiffReader {
  readonly header: CiffHeader;
  private readonly bytes: ByteReader;
  private readonly place: Place;
  private messages = 0;

  private constructor(bytes: ByteReader, place: Place) {
    this.bytes = bytes;
    this.place = place;
    this.header = undefined as never;
  }

  /** @throws InputError for a file that can't be read, or does not begin as CIFF does */
  static async open(path: string, options: ReadOptions): Promise<CiffReader> {
    const place = { file: path === '-' ? 'standard input' : path };
    const reader = new CiffReader(new ByteReader(await openBytes(path, options)), place);
    try {
      const header = await reader.next('the header', decodeHeader);
      if (header.version !== 1)
        throw reader.fault(`its version is ${header.version}`, 'version 1 is read; is it a CIFF file?');
      return Object.assign(reader, { header });
    } catch (error) {
      await reader.close();
      throw error;
    }
  }

  /** Every postings list. The one object is used again. @throws InputError */
  async *lists(): AsyncGenerator<CiffList> {
    const { lists, documents } = this.header;
    const list: CiffList = {
      term: new Uint8Array(0),
      docs: new Uint32Array(64),
      tfs: new Uint32Array(64),
      count: 0,
      occurrences: 0,
    };
    for (let i = 0; i < lists; i++) {
      await this.next(`postings list ${i + 1} of ${lists}`, (bytes) => decodeList(bytes, documents, list));
      yield list;
    }
  }

  /** Every document, behind the lists. @throws InputError also for bytes behind the last one */
  async *documents(): AsyncGenerator<CiffDocument> {
    const { documents } = this.header;
    for (let i = 0; i < documents; i++) {
      const found = await this.next(`document ${i + 1} of ${documents}`, decodeDocument);
      if (found.doc !== i)
        throw this.fault(
          `document ${i + 1} has number ${found.doc}, not ${i}`,
          'number documents from 0, in order',
        );
      yield found;
    }
    if ((await this.bytes.fill(1)) > 0)
      throw this.fault(
        'goes on behind its last document',
        'write it again: its header and its content disagree',
      );
  }

  fault(what: string, mend: string): InputError {
    return new InputError(this.place, what, mend);
  }

  close(): Promise<void> {
    return this.bytes.close();
  }

  private async next<T>(what: string, decode: (bytes: Uint8Array) => T): Promise<T> {
    this.messages++;
    const length = await this.length(what);
    if ((await this.bytes.fill(length)) < length) throw this.cutOff(what);
    try {
      return decode(this.bytes.take(length));
    } catch (error) {
      if (!(error instanceof CiffFault)) throw error;
      throw this.fault(
        `${what}: ${error.message}`,
        this.messages === 1 ? 'is it a CIFF file?' : 'write it again',
      );
    }
  }

  /** The VByte before a message. */
  private async length(what: string): Promise<number> {
    const held = await this.bytes.fill(5);
    const head = this.bytes.peek(Math.min(5, held));
    let length = 0;
    for (const [i, byte] of head.entries()) {
      length += (byte & 127) * 2 ** (7 * i);
      if (byte > 127) continue;
      if (length > MAX_MESSAGE_BYTES) break;
      this.bytes.take(i + 1);
      return length;
    }
    if (head.length < 5) throw this.cutOff(what);
    throw this.fault(
      `${what}: its length can't be`,
      this.messages === 1 ? 'is it a CIFF file?' : 'write it again',
    );
  }

  private cutOff(what: string): InputError {
    return this.fault(`ends within ${what}`, 'the file is cut off; write it again');
  }
}
