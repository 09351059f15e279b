import type { VectorField } from '../../schema/index.js';
import { type SegmentWriter, SMALL_CHUNK_BYTES } from '../../segment/index.js';
import type { Metadata } from '../../segment/metadata.js';
import type { BuildInput } from '../kind.js';
import { Pace } from '../pace.js';
import { dropsFull } from '../spec.js';
import { blockStage, type ListLayout, writeBlocks } from './blocks/index.js';
import { type Coder, trainCoder, writeCoder } from './coder.js';

/**
 * Writes the codes of a field's lists by its stages: none where lists are scanned on the rows.
 * Memory: the codes, or a quarter of what there is.
 * @returns metadata
 * @throws ResourceError
 */
export async function writeListCodes(
  input: BuildInput,
  layout: ListLayout,
  out: SegmentWriter,
): Promise<{ [key: string]: Metadata }> {
  if (blockStage(input.field) !== undefined) return writeBlocks(input, layout, out);
  const coder = await trainCoder(input);
  writeCentres(coder, input, layout, out);
  if (coder === undefined) return {};
  const meta = writeCoder(coder, out, input.part);
  await writeCodes(coder, input, layout.order, out);
  return meta;
}

/** True where rows go with the codes that were written: the spec says so, and codes there are. @param coded their metadata */
export function rowsGo({ spec }: VectorField, coded: { [key: string]: Metadata }): boolean {
  return dropsFull(spec) && (coded.codes !== undefined || coded.codec !== undefined);
}

/** What lists are chosen by: rows as the vectors' own codes are, where these are bytes. */
function writeCentres(
  coder: Coder | undefined,
  { part, rows }: BuildInput,
  { centres }: ListLayout,
  out: SegmentWriter,
): void {
  const stride = coder?.stride ?? rows.byteStride;
  if (centres === undefined || stride === undefined) return;
  const count = centres.length / rows.floats;
  out.add(`${part}/centreCodes`, 'u8', [count, stride], centreCodes(coder, centres, rows.floats, stride));
}

/** Codes of rows by a coder, or rounded to whole numbers without one. */
export function centreCodes(
  coder: Coder | undefined,
  centres: Float32Array,
  floats: number,
  stride: number,
): Uint8Array {
  const count = centres.length / floats;
  const codes = new Uint8Array(count * stride);
  if (coder !== undefined) coder.encode(centres, count, codes);
  else {
    for (let i = 0; i < centres.length; i++) {
      // Means of bytes: none is outside.
      codes[Math.floor(i / floats) * stride + (i % floats)] = Math.round(centres[i]);
    }
  }
  return codes;
}

async function writeCodes(
  coder: Coder,
  { field, part, rows, environment }: BuildInput,
  order: Uint32Array | undefined,
  out: SegmentWriter,
): Promise<void> {
  const { stride } = coder;
  const sink = out.begin(`${part}/codes`, 'u8', [rows.count, stride], SMALL_CHUNK_BYTES);
  const pace = new Pace((done) => environment.progress(`${field.name}: codes`, done, rows.count));
  if (order === undefined) {
    for (const piece of rows.pieces()) {
      const codes = new Uint8Array(piece.count * stride);
      coder.encode(piece.rows, piece.count, codes);
      sink.write(codes);
      await pace.step(piece.first);
    }
  } else {
    const position = new Uint32Array(rows.count);
    order.forEach((number, at) => {
      position[number] = at;
    });
    const encoded = {
      stride,
      store: (piece: Float32Array, i: number, target: Uint8Array) =>
        coder.encode(piece.subarray(i * rows.floats, (i + 1) * rows.floats), 1, target),
    };
    await rows.gather(sink, position, encoded, environment.memoryBytes / 4, pace);
  }
  sink.end();
}
