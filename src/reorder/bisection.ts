/** Documents with the terms they have, each once: terms of document d are terms[starts[d]] to terms[starts[d + 1]]. */
export interface TermSets {
  documents: number;
  /** [documents + 1] */
  starts: Float64Array;
  /** Below termCount. */
  terms: Uint32Array;
  termCount: number;
}

/** Parts of so few documents stay as they are: whatever their order, their gaps are small. */
const LEAF = 16;
/** Rounds of exchanges of a part at most; most parts end earlier. */
const ROUNDS = 10;
/** Fewer are sorted by comparison. */
const SORTED_BY_COMPARISON = 256;
const DIGIT_BITS = 11;

/** Bytes bisect() holds beside the sets. */
export function bisectionBytes({ documents, termCount }: Pick<TermSets, 'documents' | 'termCount'>): number {
  return documents * (4 + 4 + 4 + 4 + 4) + termCount * (4 * 2 + 8 * 2 + 4) + (documents + 2) * 8;
}

/**
 * An order in which documents with terms in common stand near each other, so that gaps of lists are small: recursive graph
 * bisection (Dhulipala et al., "Compressing Graphs and Indexes with Recursive Graph Bisection", KDD 2016, sections 3 and
 * 4.3). Each half of a part exchanges with the other the documents that gain most by it, until none do. Gains are those
 * of the documents when a round begins, as in Mackenzie et al., "Compressing Inverted Indexes with Recursive Graph
 * Bisection", ECIR 2019. Nothing is random, and one thread does all: the same sets give the same order.
 * O(postings · log documents · rounds).
 * @yields between rounds, how many documents have their places: a round of all takes seconds where there are millions
 * @returns the document that stands at each place
 */
export function bisect(sets: TermSets): Generator<number, Uint32Array> {
  return new Bisection(sets).run();
}

class Bisection {
  private readonly starts: Float64Array;
  private readonly terms: Uint32Array;
  private readonly order: Uint32Array;
  /** Documents of each half that have a term: of the part at work, zeros otherwise. */
  private readonly left: Uint32Array;
  private readonly right: Uint32Array;
  /** What moving a document over gains by each of its terms: from the left, from the right; known in round `known`. */
  private readonly fromLeft: Float64Array;
  private readonly fromRight: Float64Array;
  private readonly known: Uint32Array;
  private round = 0;
  /** By place in the order, while a round is under way. */
  private readonly gains: Float32Array;
  private readonly keys: Uint32Array;
  private readonly scratch: Uint32Array;
  private readonly scratchKeys: Uint32Array;
  /** log2 of whole numbers. */
  private readonly logs: Float64Array;

  constructor({ documents, starts, terms, termCount }: TermSets) {
    this.starts = starts;
    this.terms = terms;
    this.order = Uint32Array.from({ length: documents }, (_, i) => i);
    this.left = new Uint32Array(termCount);
    this.right = new Uint32Array(termCount);
    this.fromLeft = new Float64Array(termCount);
    this.fromRight = new Float64Array(termCount);
    this.known = new Uint32Array(termCount);
    this.gains = new Float32Array(documents);
    this.keys = new Uint32Array(this.gains.buffer);
    this.scratch = new Uint32Array(documents);
    this.scratchKeys = new Uint32Array(documents);
    this.logs = Float64Array.from({ length: documents + 2 }, (_, i) => (i === 0 ? 0 : Math.log2(i)));
  }

  *run(): Generator<number, Uint32Array> {
    // Parts to come, the leftmost last.
    const parts: [number, number][] = [[0, this.order.length]];
    for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
      const [from, to] = part;
      if (to - from <= LEAF) {
        yield to;
        continue;
      }
      const middle = from + ((to - from) >>> 1);
      yield* this.exchange(from, middle, to);
      parts.push([middle, to], [from, middle]);
    }
    return this.order;
  }

  private *exchange(from: number, middle: number, to: number): Generator<number, void> {
    this.count(from, middle, this.left, 1);
    this.count(middle, to, this.right, 1);
    for (let i = 0; i < ROUNDS; i++) {
      this.round++;
      this.gain(from, middle, this.left, this.right, this.fromLeft, middle - from, to - middle);
      this.round++;
      this.gain(middle, to, this.right, this.left, this.fromRight, to - middle, middle - from);
      this.sort(from, middle);
      this.sort(middle, to);
      if (!this.swap(from, middle, to)) break;
      yield from;
    }
    this.count(from, middle, this.left, 0);
    this.count(middle, to, this.right, 0);
  }

  /** Counts the documents of some places by term, or with 0 forgets what was counted. */
  private count(from: number, to: number, degrees: Uint32Array, by: 0 | 1): void {
    const { order, starts, terms } = this;
    for (let place = from; place < to; place++) {
      const end = starts[order[place] + 1];
      for (let i = starts[order[place]]; i < end; i++)
        degrees[terms[i]] = by === 0 ? 0 : degrees[terms[i]] + 1;
    }
  }

  /**
   * What each document of a half gains when it alone goes over: the bits that its lists' gaps are estimated to take less.
   * @param own, other documents of this half and the other one that have a term @param n, m documents of them
   */
  private gain(
    from: number,
    to: number,
    own: Uint32Array,
    other: Uint32Array,
    byTerm: Float64Array,
    n: number,
    m: number,
  ): void {
    const { order, starts, terms, logs, known, round, gains } = this;
    const [logN, logM] = [logs[n], logs[m]];
    for (let place = from; place < to; place++) {
      const end = starts[order[place] + 1];
      let sum = 0;
      for (let i = starts[order[place]]; i < end; i++) {
        const term = terms[i];
        if (known[term] !== round) {
          known[term] = round;
          const a = own[term];
          const b = other[term];
          // A list of a of n documents has gaps of n / (a + 1), as many of them.
          byTerm[term] =
            a * (logN - logs[a + 1]) +
            b * (logM - logs[b + 1]) -
            (a - 1) * (logN - logs[a]) -
            (b + 1) * (logM - logs[b + 2]);
        }
        sum += byTerm[term];
      }
      gains[place] = sum;
    }
  }

  /** Exchanges the best of both halves, pair by pair, as long as a pair gains. @returns whether one did */
  private swap(from: number, middle: number, to: number): boolean {
    const { order, gains, left, right } = this;
    const most = Math.min(middle - from, to - middle);
    let swapped = 0;
    for (; swapped < most; swapped++) {
      const a = from + swapped;
      const b = middle + swapped;
      if (!(gains[a] + gains[b] > 0)) break;
      const document = order[a];
      order[a] = order[b];
      order[b] = document;
      this.move(document, left, right);
      this.move(order[a], right, left);
    }
    return swapped > 0;
  }

  private move(document: number, from: Uint32Array, to: Uint32Array): void {
    const { starts, terms } = this;
    const end = starts[document + 1];
    for (let i = starts[document]; i < end; i++) {
      from[terms[i]]--;
      to[terms[i]]++;
    }
  }

  /** Puts some places in the order of their gains, the largest first, equal ones as they were. */
  private sort(from: number, to: number): void {
    if (to - from <= SORTED_BY_COMPARISON) this.sortFew(from, to);
    else this.sortByDigits(from, to);
  }

  private sortFew(from: number, to: number): void {
    const { order, gains } = this;
    const documents = order.slice(from, to);
    const own = gains.slice(from, to);
    const places = Array.from(own, (_, i) => i).sort((a, b) => own[b] - own[a]);
    for (let i = 0; i < places.length; i++) {
      order[from + i] = documents[places[i]];
      gains[from + i] = own[places[i]];
    }
  }

  /** Radix sort on the bits of the gains, turned so that their unsigned order is the one wanted. */
  private sortByDigits(from: number, to: number): void {
    const { order, keys, scratch, scratchKeys } = this;
    for (let i = from; i < to; i++) keys[i] = keys[i] & 0x80000000 ? keys[i] : ~keys[i] & 0x7fffffff;
    let [documents, values] = [order, keys];
    let [others, otherValues] = [scratch, scratchKeys];
    const places = new Uint32Array((1 << DIGIT_BITS) + 1);
    // Three digits: an odd number of passes leaves all in the scratch.
    for (let shift = 0; shift < 32; shift += DIGIT_BITS) {
      places.fill(0);
      for (let i = from; i < to; i++) places[((values[i] >>> shift) & ((1 << DIGIT_BITS) - 1)) + 1]++;
      for (let digit = 1; digit < places.length; digit++) places[digit] += places[digit - 1];
      for (let i = from; i < to; i++) {
        const at = from + places[(values[i] >>> shift) & ((1 << DIGIT_BITS) - 1)]++;
        others[at] = documents[i];
        otherValues[at] = values[i];
      }
      [documents, others] = [others, documents];
      [values, otherValues] = [otherValues, values];
    }
    order.set(documents.subarray(from, to), from);
    for (let i = from; i < to; i++) keys[i] = values[i] & 0x80000000 ? values[i] : ~values[i] & 0x7fffffff;
  }
}
