import type { CachedTerm } from '../analysis/index.js';
import { sortUtf8 } from '../branch/index.js';
import type { PostingList } from './posting-list.js';
import type { Run } from './run.js';

/** Tokens in one piece of the buffer: pieces are added, never copied. */
const PIECE_TOKENS = 1 << 16;

/**
 * Bytes counted for a term beside its characters: string header, hash table slot and the entries of
 * the sort. From measurements of Map<string, number> in V8 (72 to 104).
 */
const TERM_OVERHEAD = 100;

/** Tokens of consecutive documents in memory, as (term, position) in the order they came. */
export class TokenBuffer {
  private readonly ids = new Map<string, number>();
  /** Marks numbers as ours; not the buffer itself, which a cache must not keep alive. */
  private readonly owner = {};
  private readonly pieces: { terms: Uint32Array; positions: Uint32Array }[] = [];
  private piece = { terms: new Uint32Array(0), positions: new Uint32Array(0) };
  private used = PIECE_TOKENS;
  private termBytes = 0;
  /** Document numbers and the token each begins with. */
  private readonly docs: number[] = [];
  private readonly starts: number[] = [];

  get tokens(): number {
    return this.pieces.length === 0 ? 0 : (this.pieces.length - 1) * PIECE_TOKENS + this.used;
  }

  begin(doc: number): void {
    this.docs.push(doc);
    this.starts.push(this.tokens);
  }

  /** @param cached where the term's number may be kept for the next time: most tokens are of terms that were just there */
  add(term: string, position: number, cached?: CachedTerm): void {
    let id: number;
    if (cached !== undefined && cached.owner === this.owner) {
      id = cached.number;
    } else {
      id = this.idOf(term);
      if (cached !== undefined) {
        cached.owner = this.owner;
        cached.number = id;
      }
    }
    if (this.used === PIECE_TOKENS) {
      this.piece = { terms: new Uint32Array(PIECE_TOKENS), positions: new Uint32Array(PIECE_TOKENS) };
      this.pieces.push(this.piece);
      this.used = 0;
    }
    this.piece.terms[this.used] = id;
    this.piece.positions[this.used++] = position;
  }

  private idOf(term: string): number {
    let id = this.ids.get(term);
    if (id === undefined) {
      id = this.ids.size;
      this.ids.set(term, id);
      this.termBytes += TERM_OVERHEAD + 2 * term.length;
    }
    return id;
  }

  /** Bytes held, and those that sorting will take: both are gone once the run is on disk. */
  bytes(): number {
    return this.pieces.length * PIECE_TOKENS * 16 + this.termBytes + this.docs.length * 16;
  }

  /** The tokens by term: a counting sort, stable, so that each term's tokens stay in document order. */
  sorted(): Run {
    const terms = [...this.ids.keys()];
    sortUtf8(terms);
    const ends = new Uint32Array(this.ids.size + 1);
    this.eachPiece((piece, n) => {
      for (let i = 0; i < n; i++) ends[piece.terms[i] + 1]++;
    });
    for (let i = 1; i < ends.length; i++) ends[i] += ends[i - 1];
    // ends[id] is where the tokens of a term begin; filling moves it to where they end.
    const docs = new Uint32Array(this.tokens);
    const positions = new Uint32Array(this.tokens);
    let index = 0;
    let token = 0;
    this.eachPiece((piece, n) => {
      for (let i = 0; i < n; i++, token++) {
        while (index + 1 < this.starts.length && this.starts[index + 1] <= token) index++;
        const at = ends[piece.terms[i]]++;
        docs[at] = this.docs[index];
        positions[at] = piece.positions[i];
      }
    });
    return new BufferedRun(terms, this.ids, ends, docs, positions);
  }

  private eachPiece(
    visit: (piece: { terms: Uint32Array; positions: Uint32Array }, tokens: number) => void,
  ): void {
    for (const [i, piece] of this.pieces.entries()) {
      visit(piece, i + 1 < this.pieces.length ? PIECE_TOKENS : this.used);
    }
  }
}

class BufferedRun implements Run {
  term: Uint8Array | undefined;
  private index = -1;
  private readonly terms: string[];
  private readonly ids: Map<string, number>;
  private readonly ends: Uint32Array;
  private readonly docs: Uint32Array;
  private readonly positions: Uint32Array;

  /** @param terms sorted @param ends end of each id's tokens in docs and positions */
  constructor(
    terms: string[],
    ids: Map<string, number>,
    ends: Uint32Array,
    docs: Uint32Array,
    positions: Uint32Array,
  ) {
    this.terms = terms;
    this.ids = ids;
    this.ends = ends;
    this.docs = docs;
    this.positions = positions;
  }

  next(): boolean {
    const term = this.terms[++this.index];
    this.term = term === undefined ? undefined : Buffer.from(term);
    return term !== undefined;
  }

  appendTo(list: PostingList): void {
    const id = this.ids.get(this.terms[this.index]) as number;
    const end = this.ends[id];
    let at = id === 0 ? 0 : this.ends[id - 1];
    while (at < end) {
      const doc = this.docs[at];
      const first = at;
      let previous = 0;
      for (; at < end && this.docs[at] === doc; at++) {
        list.positions.vbyte(this.positions[at] - previous);
        previous = this.positions[at];
      }
      list.push(doc, at - first);
    }
  }

  close(): void {}
}
