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
  /** A query, turned. */
  private readonly turnedAt: Pointer;
  private readonly turned: Float64Array;
  private readonly words: Pointer;
  private readonly starts: Pointer;
  private readonly products: Pointer;
  private readonly lows: Pointer;

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
    this.turnedAt = arena.allocate(book.dim * 8);
    this.turned = arena.f64(this.turnedAt, book.dim);
    this.words = arena.allocate(book.words.byteLength);
    arena.f32(this.words, book.words.length).set(book.words);
    this.starts = arena.allocate(book.starts.byteLength);
    arena.u32(this.starts, book.starts.length).set(book.starts);
    this.products = arena.allocate(book.groups * WORDS * 8);
    this.lows = arena.allocate(book.groups * 8);
  }

  get codes(): Uint8Array {
    return this.arena.bytes(this.blocks, this.bytes);
  }

  candidates(depth: number, refine = this.refine): number {
    return Math.max(depth + SLACK, refine * depth);
  }

  prepare(query: QueryVector, at: Pointer): ListScan {
    const { arena, coder, turned, starts, words, products, lows } = this;
    const { groups } = coder.book;
    coder.turnQuery(query.single, turned);
    arena.kernels.layTables(this.turnedAt, words, starts, groups, products, lows, at);
    // Of a group that was added to make them even.
    if (groups < this.groups) arena.bytes(at + 16 + groups * WORDS, WORDS).fill(0);
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
