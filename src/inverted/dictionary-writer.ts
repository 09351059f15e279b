import type { SegmentWriter } from '../segment/index.js';
import type { SpillDirectory, SpillFile } from '../storage/index.js';
import { writeBlock } from './blocks.js';
import { ByteReader, ByteWriter } from './bytes.js';
import { PageEncoder } from './dictionary-page.js';
import { Impacts } from './impacts.js';
import { BLOCK, type ListArrays, listArrays } from './layout.js';
import { codecOf, pforCodec } from './pfor-codec.js';
import { encodePositions } from './positions.js';
import type { PostingList } from './posting-list.js';

/**
 * Takes terms in order with their postings and gathers the final arrays on disk: an array's length
 * must be known before it is begun in the segment, and several grow at once here.
 */
export class DictionaryWriter {
  terms = 0;
  postings = 0;
  private readonly arrays: ListArrays;
  private readonly lengths: Uint32Array;
  private readonly withPositions: boolean;
  private readonly dictionary: SpillFile;
  private readonly lists: SpillFile;
  private readonly blocks: SpillFile;
  private readonly positions: SpillFile;
  private readonly pageBytes = new ByteWriter();
  private readonly page = new PageEncoder(this.pageBytes);
  private readonly listBytes = new ByteWriter();
  private readonly blockBytes = new ByteWriter();
  private readonly positionBytes = new ByteWriter();
  private readonly impacts = new Impacts();
  private gaps = new Uint32Array(1024);
  private readonly keys = new ByteWriter();
  private readonly starts: number[] = [];

  /**
   * @param part whose lists they are
   * @param lengths terms in each document of the segment
   * @param withPositions false: lists have none, and the dictionary says 0 for their sizes and for lone positions
   */
  constructor(part: string, lengths: Uint32Array, spills: SpillDirectory, withPositions = true) {
    this.arrays = listArrays(part);
    this.lengths = lengths;
    this.withPositions = withPositions;
    this.dictionary = spills.create('dictionary');
    this.lists = spills.create('postings');
    this.blocks = spills.create('blocks');
    this.positions = spills.create('positions');
  }

  add(term: Uint8Array, list: PostingList): void {
    if (this.page.full) this.endPage();
    if (this.page.count === 0) {
      this.starts.push(this.dictionary.length, this.keys.length);
      this.keys.append(term);
      this.page.begin(this.lists.length, this.blocks.length, this.positions.length);
    }
    const { listBytes, blockBytes, positionBytes } = this;
    listBytes.length = 0;
    blockBytes.length = 0;
    positionBytes.length = 0;
    if (list.count >= BLOCK) {
      this.encodeBlocks(list);
    } else {
      if (list.count > 1) codecOf(list.count).encode(list.docs, list.tfs, 0, list.count, -1, listBytes);
      if (this.withPositions && list.occurrences > 1)
        this.encodePositions(list, 0, list.count, new ByteReader(list.positions.view()));
    }
    this.page.add(term, {
      df: list.count,
      occurrences: list.occurrences,
      doc: list.docs[0],
      position:
        !this.withPositions || list.occurrences > 1 ? 0 : new ByteReader(list.positions.view()).vbyte(),
      postingsOffset: this.lists.length,
      postingsBytes: listBytes.length,
      blocksOffset: this.blocks.length,
      blocksBytes: blockBytes.length,
      positionsOffset: this.positions.length,
      positionsBytes: positionBytes.length,
    });
    this.lists.append(listBytes.view());
    this.blocks.append(blockBytes.view());
    this.positions.append(positionBytes.view());
    this.terms++;
    this.postings += list.count;
  }

  /** Writes the sparse index and the dictionary. */
  finishDictionary(out: SegmentWriter): void {
    if (this.page.count > 0) this.endPage();
    this.starts.push(this.dictionary.length, this.keys.length);
    out.add(this.arrays.pages, 'f64', [this.starts.length / 2, 2], Float64Array.from(this.starts));
    out.add(this.arrays.keys, 'u8', [this.keys.length], this.keys.view());
    copy(out, this.arrays.dictionary, this.dictionary);
  }

  /** Writes what the dictionary points to. */
  finishLists(out: SegmentWriter): void {
    copy(out, this.arrays.blocks, this.blocks);
    copy(out, this.arrays.postings, this.lists);
    copy(out, this.arrays.positions, this.positions);
  }

  private encodeBlocks(list: PostingList): void {
    const { docs, tfs, count } = list;
    const { listBytes, blockBytes, positionBytes, impacts, lengths } = this;
    const positions = new ByteReader(list.positions.view());
    let previous = -1;
    for (let from = 0; from < count; from += BLOCK) {
      const to = Math.min(from + BLOCK, count);
      const listStart = listBytes.length;
      const positionStart = positionBytes.length;
      pforCodec.encode(docs, tfs, from, to, previous, listBytes);
      if (this.withPositions) this.encodePositions(list, from, to, positions);
      impacts.clear();
      for (let i = from; i < to; i++) impacts.add(tfs[i], lengths[docs[i]]);
      impacts.limit();
      const last = docs[to - 1];
      const bytes = listBytes.length - listStart;
      writeBlock(last, previous, to - from, bytes, positionBytes.length - positionStart, impacts, blockBytes);
      previous = last;
    }
  }

  /** @param reader at the positions of posting `from`: for each posting its first, then gaps */
  private encodePositions(list: PostingList, from: number, to: number, reader: ByteReader): void {
    let n = 0;
    for (let i = from; i < to; i++) {
      const tf = list.tfs[i];
      if (n + tf > this.gaps.length) {
        const grown = new Uint32Array(Math.max(n + tf, this.gaps.length * 2));
        grown.set(this.gaps);
        this.gaps = grown;
      }
      this.gaps[n++] = reader.vbyte();
      for (let left = tf - 1; left > 0; left--) this.gaps[n++] = reader.vbyte() - 1;
    }
    encodePositions(this.gaps, 0, n, this.positionBytes);
  }

  private endPage(): void {
    this.dictionary.append(this.pageBytes.view());
    this.page.count = 0;
  }
}

function copy(out: SegmentWriter, name: string, file: SpillFile): void {
  const sink = out.begin(name, 'u8', [file.length]);
  for (const piece of file.chunks()) sink.write(piece);
  sink.end();
  file.delete();
}
