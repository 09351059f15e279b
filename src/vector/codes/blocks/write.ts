import { SPACE } from '../../../kernels/index.js';
import type { SpecPart, VectorField } from '../../../schema/index.js';
import { type SegmentWriter, SMALL_CHUNK_BYTES } from '../../../segment/index.js';
import type { Metadata } from '../../../segment/metadata.js';
import type { BuildInput } from '../../kind.js';
import { requireMemory } from '../../memory.js';
import { Pace } from '../../pace.js';
import { spaceOf } from '../../part.js';
import { hash32, uniform } from '../../random.js';
import { dropsFull } from '../../spec.js';
import { type Codebook, signCodebook } from './codebook.js';
import { BlockCoder } from './coder.js';
import { BLOCK, blockBytes, putCodes } from './layout.js';
import { Rotation } from './rotation.js';
import { trainLevels, trainWords } from './train.js';

/** Rows a product quantiser learns from. */
const SAMPLE = 8192;
/** Components up to which a word stands for two of them when the spec leaves it open, then for four. */
const PAIRS_MOST = 256;

/** Bits of a code at least: short vectors are turned in a longer space, since the error falls with 1 / √bits. */
const BITS_LEAST = 64;

/** Where rows stand: list i is positions offsets[i] to offsets[i + 1]. */
export interface ListLayout {
  offsets: Uint32Array;
  /** Row number of each position; undefined: they are the same. A row may stand in several places. */
  order: Uint32Array | undefined;
  /** Row-major, as long as a padded row. */
  centroids: Float32Array;
  /** What a query is compared with to choose lists: groups, if there are several, then lists. */
  centres?: Float32Array;
}

/** The stage of a field whose codes are blocks, undefined where there is none. */
export function blockStage(field: VectorField) {
  return field.spec.stages.find(({ kind }) => kind === 'sq4' || kind === 'pq' || kind === 'rabitq');
}

/** Words of a code of learnt words: one for each component, or as many as the stage says; 0 leaves it open. */
export function groupsFor(dim: number, { kind, params }: SpecPart): number {
  if (kind === 'sq4') return dim;
  const asked = params.m;
  const groups = asked === 0 ? Math.ceil(dim / (dim <= PAIRS_MOST ? 2 : 4)) : asked;
  return Math.min(groups, dim);
}

/** Components of which each becomes a bit: whole groups of four, and so many that they say something. */
export function turnedDim(dim: number): number {
  return Math.max(BITS_LEAST, Math.ceil(dim / 4) * 4);
}

/**
 * Codes all rows relative to the centroids of their lists.
 * Arrays: words f32[16 · dim] (sq4, pq), codes u8[blocks, bytes of a block], biases, factors and, where they are all that is
 * stored, scales f32[positions].
 * @returns metadata
 * @throws ResourceError when the codes don't fit the memory
 */
export async function writeBlocks(
  input: BuildInput,
  layout: ListLayout,
  out: SegmentWriter,
): Promise<{ [key: string]: Metadata }> {
  const { field, part, rows, environment } = input;
  const stage = blockStage(field)!;
  const places = new Places(layout, rows.count);
  const seed = hash32(environment.seed, 0xb10c);
  let book: Codebook;
  if (stage.kind === 'rabitq') book = signCodebook(new Rotation(turnedDim(field.dim), seed));
  else {
    const groups = groupsFor(field.dim, stage);
    const { residuals, count } = await sampleResiduals(input, layout, places, seed);
    const pace = new Pace((done) => environment.progress(`${field.name}: words`, done, groups));
    const sample = { rows: residuals, count, dim: field.dim };
    book =
      stage.kind === 'sq4' ? await trainLevels(sample, pace) : await trainWords(sample, groups, seed, pace);
    out.add(`${part}/words`, 'f32', [book.words.length], book.words);
  }

  const positions = places.positions;
  const blocks = Math.ceil(positions / BLOCK);
  const bytes = blocks * blockBytes(book.groups) + 12 * positions;
  requireMemory(
    `${stage.kind} over ${rows.count} vectors of '${field.name}'`,
    bytes,
    environment.memoryBytes,
  );
  const coder = new BlockCoder(book, layout.centroids, rows.floats, spaceOf(field.metric) === SPACE.l2);
  const table = new Uint8Array(blocks * blockBytes(book.groups));
  const biases = new Float32Array(positions);
  const factors = new Float32Array(positions);
  const scales = dropsFull(field.spec) ? new Float32Array(positions) : undefined;
  const codes = new Uint8Array(book.groups);
  const pace = new Pace((done) => environment.progress(`${field.name}: codes`, done, rows.count));
  for (const piece of rows.pieces()) {
    for (let i = 0; i < piece.count; i++) {
      for (const position of places.of(piece.first + i)) {
        const { bias, factor, scale } = coder.encode(piece.rows, i, places.listOf(position), codes);
        putCodes(table, position, codes);
        biases[position] = bias;
        factors[position] = factor;
        if (scales !== undefined) scales[position] = scale;
      }
      if (i % 256 === 0) await pace.step(piece.first + i);
    }
  }
  out.add(`${part}/codes`, 'u8', [blocks, blockBytes(book.groups)], table, SMALL_CHUNK_BYTES);
  out.add(`${part}/biases`, 'f32', [positions], biases, SMALL_CHUNK_BYTES);
  out.add(`${part}/factors`, 'f32', [positions], factors, SMALL_CHUNK_BYTES);
  if (scales !== undefined) out.add(`${part}/scales`, 'f32', [positions], scales, SMALL_CHUNK_BYTES);
  return { codec: stage.kind, codeGroups: book.groups, codeSeed: seed };
}

/** Residuals of rows drawn without replacement, in order. */
async function sampleResiduals(
  { field, rows, environment }: BuildInput,
  { centroids }: ListLayout,
  places: Places,
  seed: number,
): Promise<{ residuals: Float64Array; count: number }> {
  const count = Math.min(rows.count, SAMPLE);
  const residuals = new Float64Array(count * field.dim);
  const pace = new Pace((done) => environment.progress(`${field.name}: sampling`, done, rows.count));
  let taken = 0;
  for (const piece of rows.pieces()) {
    await pace.step(piece.first);
    for (let i = 0; i < piece.count; i++) {
      const number = piece.first + i;
      if ((rows.count - number) * uniform(seed, number) >= count - taken) continue;
      const centroid = places.listOf(places.of(number)[0]) * rows.floats;
      for (let j = 0; j < field.dim; j++) {
        residuals[taken * field.dim + j] = piece.rows[i * rows.floats + j] - centroids[centroid + j];
      }
      taken++;
    }
  }
  return { residuals, count };
}

/** Positions by row, and lists by position. */
class Places {
  readonly positions: number;
  private readonly starts: Uint32Array;
  private readonly byRow: Uint32Array;
  private readonly lists: Uint32Array;

  constructor({ offsets, order }: ListLayout, rows: number) {
    this.positions = offsets[offsets.length - 1];
    this.lists = new Uint32Array(this.positions);
    for (let list = 0; list + 1 < offsets.length; list++) {
      this.lists.fill(list, offsets[list], offsets[list + 1]);
    }
    const rowOf = (position: number) => (order === undefined ? position : order[position]);
    this.starts = new Uint32Array(rows + 1);
    for (let position = 0; position < this.positions; position++) this.starts[rowOf(position) + 1]++;
    for (let row = 0; row < rows; row++) this.starts[row + 1] += this.starts[row];
    const next = this.starts.slice();
    this.byRow = new Uint32Array(this.positions);
    for (let position = 0; position < this.positions; position++) {
      this.byRow[next[rowOf(position)]++] = position;
    }
  }

  of(row: number): Uint32Array {
    return this.byRow.subarray(this.starts[row], this.starts[row + 1]);
  }

  listOf(position: number): number {
    return this.lists[position];
  }
}
