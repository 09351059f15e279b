import { SCREEN_BLOCK_ROWS, SCREEN_ROWS } from '../../kernels/index.js';
import type { SegmentWriter } from '../../segment/index.js';
import type { Metadata } from '../../segment/metadata.js';
import type { SpillFile } from '../../storage/index.js';
import type { BuildInput } from '../kind.js';
import { Pace } from '../pace.js';
import { headPairs, Projector, ScreenCoder, type ScreenTables, tailBytes } from './coder.js';
import { trainScreen } from './train.js';

/**
 * Writes what lets an exact search pass over most rows, where a sample says that it pays. One pass over
 * the rows; memory does not grow with them. O(rows · dim · axes).
 * @returns metadata
 */
export async function writeScreen(
  input: BuildInput,
  out: SegmentWriter,
): Promise<{ [key: string]: Metadata }> {
  const tables = await trainScreen(input);
  if (tables === undefined) return {};
  const { part, environment } = input;
  const { first, tail, unit, length, euclidean, mean, axes, origins, steps } = tables;
  out.add(`${part}/boundMean`, 'f64', [mean.length], mean);
  out.add(`${part}/boundAxes`, 'f64', [axes.length / mean.length, mean.length], axes);
  out.add(`${part}/boundOrigins`, 'f64', [origins.length], origins);
  out.add(`${part}/boundSteps`, 'f64', [steps.length], steps);
  const spill = (name: string) => environment.spills.create(`vector-bound-${name}`);
  const spills = { norms: spill('norms'), tails: spill('tails'), tailNorms: spill('tail-norms') };
  await writeRows(tables, input, spills, out);
  for (const file of Object.values(spills)) file.delete();
  return {
    boundAxes: first,
    boundTailAxes: tail,
    boundUnit: unit,
    boundLength: euclidean ? null : length,
  };
}

async function writeRows(
  tables: ScreenTables,
  { field, part, rows, environment }: BuildInput,
  spills: { norms: SpillFile; tails: SpillFile; tailNorms: SpillFile },
  out: SegmentWriter,
): Promise<void> {
  const { count, floats } = rows;
  const blocks = Math.ceil(count / SCREEN_BLOCK_ROWS);
  const pairs = headPairs(tables);
  const errors = new Float64Array(2 * Math.ceil(count / SCREEN_ROWS));
  const projector = new Projector(tables);
  const coder = new ScreenCoder(projector);
  const pace = new Pace((done) => environment.progress(`${field.name}: bounds`, done, count));
  const sink = out.begin(`${part}/boundBlocks`, 'i8', [blocks, pairs, SCREEN_BLOCK_ROWS, 2]);
  const block = new BlockOfCodes(tables);
  const finish = () => {
    sink.write(block.head);
    spills.norms.append(new Uint8Array(block.norms.buffer));
    spills.tails.append(block.tails.subarray(0, block.size * tailBytes(tables)));
    spills.tailNorms.append(new Uint8Array(block.tailNorms.buffer, 0, block.size * 4));
    block.clear();
  };
  for (const piece of rows.pieces()) {
    for (let from = 0; from < piece.count; from += projector.most) {
      const some = Math.min(projector.most, piece.count - from);
      const vectors = piece.rows.subarray(from * floats, (from + some) * floats);
      projector.load(vectors, some);
      for (let i = 0; i < some; i++) {
        coder.encode(i, vectors.subarray(i * floats, (i + 1) * floats));
        const chunk = 2 * Math.floor((piece.first + from + i) / SCREEN_ROWS);
        errors[chunk] = Math.max(errors[chunk], coder.firstError);
        errors[chunk + 1] = Math.max(errors[chunk + 1], coder.tailError);
        block.add(coder);
        if (block.size === SCREEN_BLOCK_ROWS) finish();
      }
      await pace.step(piece.first + from);
    }
  }
  if (block.size > 0) finish();
  sink.end();
  out.add(`${part}/boundErrors`, 'f64', [errors.length / 2, 2], errors);
  copy(spills.norms, `${part}/boundNorms`, 'i32', [blocks * SCREEN_BLOCK_ROWS], out);
  if (tables.tail === 0) return;
  copy(spills.tails, `${part}/boundTails`, 'i8', [count, tailBytes(tables)], out);
  copy(spills.tailNorms, `${part}/boundTailNorms`, 'i32', [count], out);
}

function copy(file: SpillFile, name: string, dtype: 'i8' | 'i32', shape: number[], out: SegmentWriter): void {
  const sink = out.begin(name, dtype, shape);
  for (const piece of file.chunks()) sink.write(piece);
  sink.end();
}

/** Codes of rows that stand together, as they are stored. */
class BlockOfCodes {
  size = 0;
  readonly head: Uint8Array;
  readonly norms = new Int32Array(SCREEN_BLOCK_ROWS);
  readonly tails: Uint8Array;
  readonly tailNorms = new Int32Array(SCREEN_BLOCK_ROWS);
  private readonly first: number;
  private readonly tail: number;
  private readonly tailBytes: number;

  constructor(tables: ScreenTables) {
    this.first = tables.first;
    this.tail = tables.tail;
    this.tailBytes = tailBytes(tables);
    this.head = new Uint8Array(headPairs(tables) * SCREEN_BLOCK_ROWS * 2);
    this.tails = new Uint8Array(SCREEN_BLOCK_ROWS * this.tailBytes);
  }

  add({ codes, norm, tailNorm }: ScreenCoder): void {
    const { first, tail } = this;
    const row = this.size++;
    this.norms[row] = norm;
    this.tailNorms[row] = tailNorm;
    for (let j = 0; j <= first; j++) {
      this.head[((j >> 1) * SCREEN_BLOCK_ROWS + row) * 2 + (j & 1)] = codes[j];
    }
    if (tail === 0) return;
    const at = row * this.tailBytes;
    for (let j = 0; j <= tail; j++) this.tails[at + j] = codes[first + 1 + j];
    this.tails[at + tail + 1] = codes[first];
  }

  clear(): void {
    this.size = 0;
    this.head.fill(0);
    this.norms.fill(0);
    this.tails.fill(0);
  }
}
