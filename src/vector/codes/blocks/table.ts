import { metaCount } from '../../../branch/index.js';
import { CorruptError } from '../../../errors/index.js';
import { type Arena, type Pointer, SPACE } from '../../../kernels/index.js';
import { expectShape, spaceOf, type VectorPart } from '../../part.js';
import type { QueryVector } from '../../query.js';
import { SLACK } from '../../rows.js';
import type { ListCodes, ListScan, Lists } from '../list-codes.js';
import { Codebook, evenStarts, signCodebook, WORDS } from './codebook.js';
import { BlockCoder } from './coder.js';
import { BLOCK, blockBytes } from './layout.js';
import { Rotation } from './rotation.js';
import { blockStage, groupsFor, turnedDim } from './write.js';

/** Largest table entry: two of them are added in a byte. */
const ENTRY_MOST = 127;
/** Most that the largest entries of all groups may sum to: the kernel adds in 16 bits. */
const SUM_MOST = 65_535;

/** The coder that blocks were written with. @throws CorruptError */
export function loadBlockCoder(part: VectorPart): BlockCoder {
  const { reader, name, meta, field, count } = part;
  const stage = blockStage(field)!;
  const { dim } = field;
  const signs = stage.kind === 'rabitq';
  const wanted = signs ? turnedDim(dim) / 4 : groupsFor(dim, stage);
  const groups = metaCount(reader, meta, 'codeGroups', wanted);
  if (meta.get('codec') !== stage.kind || groups < wanted) {
    throw new CorruptError(
      reader.path,
      `'${name}' has codes '${String(meta.get('codec'))}' in ${groups} groups`,
    );
  }
  expectShape(part, 'codes', 'u8', [Math.ceil(count / BLOCK), blockBytes(groups)]);
  expectShape(part, 'biases', 'f32', [count]);
  expectShape(part, 'factors', 'f32', [count]);
  let book: Codebook;
  if (signs) {
    const seed = metaCount(reader, meta, 'codeSeed', 0xffffffff);
    book = signCodebook(new Rotation(turnedDim(dim), seed));
  } else {
    expectShape(part, 'words', 'f32', [WORDS * dim]);
    book = new Codebook(evenStarts(dim, groups), reader.loadF32(`${name}/words`));
  }
  const centroids = reader.loadF32(`${name}/centroids`);
  return new BlockCoder(book, centroids, part.floats, spaceOf(field.metric) === SPACE.l2);
}

/** Blocks of 4-bit codes in an arena. */
export class BlockLists implements ListCodes {
  readonly queryBytes: number;
  readonly centreStride = undefined;
  readonly areRows = false;
  private readonly arena: Arena;
  private readonly lists: Lists;
  private readonly coder: BlockCoder;
  private readonly refine: number;
  private readonly groups: number;
  private readonly blocks: Pointer;
  private readonly bytes: number;
  private readonly biases: Pointer;
  private readonly factors: Pointer;
  private readonly turned: Float64Array;
  private readonly products: Float64Array;

  /** @param lists whose centroids the array `centroids` has, its shape checked @throws CorruptError, ResourceError */
  constructor(part: VectorPart, arena: Arena, lists: Lists, refine: number) {
    this.arena = arena;
    this.lists = lists;
    this.refine = refine;
    this.coder = loadBlockCoder(part);
    const { book } = this.coder;
    const stride = blockBytes(book.groups);
    this.groups = stride / 16;
    this.queryBytes = 16 + stride;
    const blocks = Math.ceil(part.count / BLOCK);
    const { reader, name } = part;
    this.blocks = arena.allocate(blocks * stride);
    this.biases = arena.allocate(blocks * BLOCK * 4);
    this.factors = arena.allocate(blocks * BLOCK * 4);
    this.bytes = blocks * stride;
    reader.readInto(`${name}/codes`, this.codes);
    reader.readInto(`${name}/biases`, arena.bytes(this.biases, part.count * 4));
    reader.readInto(`${name}/factors`, arena.bytes(this.factors, part.count * 4));
    this.turned = new Float64Array(book.dim);
    this.products = new Float64Array(book.groups * WORDS);
  }

  get codes(): Uint8Array {
    return this.arena.bytes(this.blocks, this.bytes);
  }

  candidates(depth: number, refine = this.refine): number {
    return Math.max(depth + SLACK, refine * depth);
  }

  prepare(query: QueryVector, at: Pointer): ListScan {
    const { arena, coder, turned, products } = this;
    coder.turnQuery(query.single, turned);
    coder.book.products(turned, products);
    const [offset, step] = putTables(products, arena.bytes(at + 16, this.queryBytes - 16));
    arena.f32(at, 2).set([offset, step]);
    return { code: undefined, scan: (...args) => this.scan(at, ...args) };
  }

  private scan(
    query: Pointer,
    lists: Pointer,
    bases: Pointer,
    count: number,
    reservoir: Pointer,
    mask: Pointer,
  ): void {
    const { kernels } = this.arena;
    kernels.setBlocks(this.blocks, this.groups, this.biases, this.factors);
    kernels.scanBlockLists(query, lists, bases, count, this.lists.offsetsAt, reservoir, mask);
  }
}

/**
 * Rounds tables to bytes, each group's smallest entry to 0, all in one step.
 * @param tables sixteen of each group @param out the same, and zeros for a group added
 * @returns what the sum of the smallest is, and the step
 */
export function putTables(tables: Float64Array, out: Uint8Array): [number, number] {
  const groups = tables.length / WORDS;
  const lows = new Float64Array(groups);
  let offset = 0;
  let widest = 0;
  let total = 0;
  for (let g = 0; g < groups; g++) {
    let low = tables[g * WORDS];
    let high = low;
    for (let i = g * WORDS + 1; i < (g + 1) * WORDS; i++) {
      if (tables[i] < low) low = tables[i];
      if (tables[i] > high) high = tables[i];
    }
    lows[g] = low;
    offset += low;
    total += high - low;
    if (high - low > widest) widest = high - low;
  }
  // Rounding may add a half in each group.
  const step = Math.max(widest / ENTRY_MOST, total / (SUM_MOST - groups / 2));
  const scale = step > 0 ? 1 / step : 0;
  out.fill(0, tables.length);
  // Rounded to the nearest: what is no number becomes 0.
  for (let i = 0; i < tables.length; i++) out[i] = (tables[i] - lows[i >> 4]) * scale + 0.5;
  return [offset, step];
}
