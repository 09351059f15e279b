import { setImmediate } from 'node:timers/promises';
import {
  ByteColumn,
  docSet,
  type StructureWriter,
  setWords,
  type WriterEnvironment,
  type WrittenPart,
} from '../branch/index.js';
import type { IndexDocument, Schema } from '../schema/index.js';
import type { SegmentWriter } from '../segment/index.js';
import type { Metadata } from '../segment/metadata.js';
import { arrayName, bitmapBytes } from './format.js';
import { KeywordBuffer } from './keyword-buffer.js';
import { KeywordRuns } from './keyword-runs.js';
import { ListEncoder } from './lists.js';
import { chooseCode, encodeNumber, type NumberCode } from './number-code.js';
import { NumberSpool } from './number-spool.js';

/** Values between two visits to the event loop. */
const YIELD_VALUES = 1 << 16;

const ARRAYS = { u8: Uint8Array, u16: Uint16Array, u32: Uint32Array, f32: Float32Array, f64: Float64Array };

/**
 * Builds the columns of one segment. Keywords gather in memory and spill as sorted runs; numbers go
 * to disk in blocks. The bytes written depend on the documents alone. Memory at the end: a bit a
 * document, and the longest list.
 */
export class ColumnsWriter implements StructureWriter {
  private readonly schema: Schema;
  private readonly environment: WriterEnvironment;
  private buffers: KeywordBuffer[];
  private readonly runs: KeywordRuns;
  private readonly spool: NumberSpool;

  constructor(schema: Schema, environment: WriterEnvironment) {
    this.schema = schema;
    this.environment = environment;
    this.buffers = schema.keyword.map(() => new KeywordBuffer());
    this.runs = new KeywordRuns(schema.keyword.length, environment.spills);
    this.spool = new NumberSpool(schema.number.length, environment.spills);
  }

  add(doc: number, { keywords = [], numbers = [] }: IndexDocument): void {
    for (let f = 0; f < keywords.length; f++) {
      for (const value of keywords[f]) this.buffers[f].add(value, doc);
    }
    if (this.schema.number.length > 0) this.spool.add(numbers);
  }

  buffered(): number {
    return this.buffers.reduce((sum, buffer) => sum + (buffer.empty ? 0 : buffer.bytes()), 0);
  }

  spill(): void {
    for (const [field, buffer] of this.buffers.entries()) {
      if (!buffer.empty) this.runs.append(field, buffer.sorted());
    }
    this.buffers = this.buffers.map(() => new KeywordBuffer());
  }

  async finish(out: SegmentWriter, documents: number): Promise<WrittenPart> {
    const fields: Metadata[] = [];
    for (const [f, name] of this.schema.keyword.entries()) {
      fields.push(await this.writeKeywords(out, f, name, documents));
      this.buffers[f] = new KeywordBuffer();
    }
    for (const [f, name] of this.schema.number.entries()) {
      fields.push(this.writeNumbers(out, f, name, documents));
      await setImmediate();
    }
    this.runs.delete();
    this.spool.delete();
    return { meta: { fields }, counts: {} };
  }

  private async writeKeywords(
    out: SegmentWriter,
    field: number,
    name: string,
    documents: number,
  ): Promise<Metadata> {
    const { spills, progress } = this.environment;
    const dictionary = new ByteColumn(spills, 'values');
    const lists = new ByteColumn(spills, 'lists');
    const encoder = new ListEncoder(documents);
    const present = new Uint32Array(setWords(documents));
    let values = 0;
    for (const { value, docs } of this.runs.merged(field, this.buffers[field].sorted())) {
      dictionary.append(value);
      lists.append(encoder.encode(docs));
      for (let i = 0; i < docs.length; i++) present[docs[i] >>> 5] |= 1 << (docs[i] & 31);
      if (++values % YIELD_VALUES === 0) {
        progress(`${name}: values`, values, values);
        await setImmediate();
      }
    }
    dictionary.write(out, arrayName(name, 'values'), arrayName(name, 'value-offsets'));
    lists.write(out, arrayName(name, 'lists'), arrayName(name, 'list-offsets'));
    return { name, kind: 'keyword', values, documents: writePresent(out, name, present, documents) };
  }

  private writeNumbers(out: SegmentWriter, field: number, name: string, documents: number): Metadata {
    const code = chooseCode(() => this.spool.of(field));
    const present = new Uint32Array(setWords(documents));
    const sink = out.begin(arrayName(name, 'codes'), code.dtype, [documents]);
    let doc = 0;
    for (const piece of this.spool.of(field)) {
      const codes = new ARRAYS[code.dtype](piece.length);
      for (let i = 0; i < piece.length; i++, doc++) {
        codes[i] = encodeNumber(code, piece[i]);
        if (!Number.isNaN(piece[i])) present[doc >>> 5] |= 1 << (doc & 31);
      }
      sink.write(new Uint8Array(codes.buffer));
    }
    sink.end();
    return { ...numberMeta(name, code), documents: writePresent(out, name, present, documents) };
  }
}

function numberMeta(name: string, { base, step, scale }: NumberCode) {
  return { name, kind: 'number', base, step, scale };
}

/** Writes which documents have a value, where that says something. @returns how many have */
function writePresent(out: SegmentWriter, field: string, words: Uint32Array, documents: number): number {
  const { count } = docSet(words);
  if (count > 0 && count < documents) {
    const bytes = bitmapBytes(documents);
    out.add(arrayName(field, 'present'), 'u8', [bytes], new Uint8Array(words.buffer, 0, bytes));
  }
  return count;
}
