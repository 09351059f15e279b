import type { SegmentWriter } from '../segment/index.js';
import type { SpillDirectory, SpillFile } from '../storage/index.js';
import { ByteWriter } from './bytes.js';
import type { PostingsCodec } from './codec.js';
import { PageEncoder } from './dictionary-page.js';
import { DICTIONARY, LENGTHS, PAGE_KEYS, PAGES, POSITIONS, POSTINGS } from './layout.js';
import type { PostingList } from './posting-list.js';

/**
 * Takes terms in order with their postings and gathers the final arrays on disk: an array's length
 * must be known before it is begun in the segment, and several grow at once here.
 */
export class DictionaryWriter {
  terms = 0;
  postings = 0;
  private readonly codec: PostingsCodec;
  private readonly dictionary: SpillFile;
  private readonly lists: SpillFile;
  private readonly positions: SpillFile;
  private readonly pageBytes = new ByteWriter();
  private readonly page = new PageEncoder(this.pageBytes);
  private readonly listBytes = new ByteWriter();
  private readonly keys = new ByteWriter();
  private readonly starts: number[] = [];

  constructor(codec: PostingsCodec, spills: SpillDirectory) {
    this.codec = codec;
    this.dictionary = spills.create('dictionary');
    this.lists = spills.create('postings');
    this.positions = spills.create('positions');
  }

  add(term: Uint8Array, list: PostingList): void {
    if (this.page.full) this.endPage();
    if (this.page.count === 0) {
      this.starts.push(this.dictionary.length, this.keys.length);
      this.keys.append(term);
      this.page.begin(this.lists.length, this.positions.length);
    }
    const { listBytes } = this;
    listBytes.length = 0;
    if (list.count > 1) this.codec.encode(list.docs, list.tfs, list.count, listBytes);
    this.page.add(term, {
      df: list.count,
      occurrences: list.occurrences,
      doc: list.docs[0],
      postingsOffset: this.lists.length,
      postingsBytes: listBytes.length,
      positionsOffset: this.positions.length,
      positionsBytes: list.positions.length,
    });
    this.lists.append(listBytes.view());
    this.positions.append(list.positions.view());
    this.terms++;
    this.postings += list.count;
  }

  /** Writes all arrays. @param lengths terms in each document */
  finish(out: SegmentWriter, lengths: Uint32Array): void {
    if (this.page.count > 0) this.endPage();
    this.starts.push(this.dictionary.length, this.keys.length);
    out.add(PAGES, 'f64', [this.starts.length / 2, 2], Float64Array.from(this.starts));
    out.add(PAGE_KEYS, 'u8', [this.keys.length], this.keys.view());
    copy(out, DICTIONARY, this.dictionary);
    out.add(LENGTHS, 'u32', [lengths.length], lengths);
    copy(out, POSTINGS, this.lists);
    copy(out, POSITIONS, this.positions);
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
