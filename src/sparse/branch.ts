import type {
  Branch,
  Candidates,
  DocSet,
  Explanation,
  PreparedQuery,
  Query,
  SearchOptions,
  SegmentView,
} from '../branch/index.js';
import {
  type DocumentNumbers,
  type Scoring,
  SegmentTerms,
  type TermEntry,
  topAny,
  type Weighted,
} from '../inverted/index.js';
import type { SparseVector } from '../schema/index.js';
import { partName } from './part.js';
import { decodeWeight, readWeightCode, type WeightCode } from './weights.js';

/** A sparse field of one open segment. */
interface SparseSegment {
  terms: SegmentTerms;
  code: WeightCode;
  scoring: Scoring;
  lengths: DocumentNumbers;
}

/** Units are the weights themselves; how long a document is says nothing. */
function productOf(code: WeightCode): Scoring {
  const scoring: Scoring = {
    label: 'inner product',
    saturation: undefined,
    weigh: () => ({ weight: 1, rarity: 0, order: 1 }),
    unit: (stored) => decodeWeight(code, stored),
    same: (other) => other === scoring,
    details: () => ({}),
  };
  return scoring;
}

/** Inner products over one sparse field of all segments. */
export class SparseBranch implements Branch {
  readonly name: string;
  readonly kind = 'sparse';
  private readonly segments: SparseSegment[];

  /** @throws CorruptError */
  constructor(name: string, views: SegmentView[]) {
    this.name = name;
    this.segments = views.map((view) => {
      const terms = new SegmentTerms(view, partName(name));
      const code = readWeightCode(view.reader, terms.meta);
      const lengths = { values: new Uint32Array(view.documents), ensure: () => {} };
      return { terms, code, scoring: productOf(code), lengths };
    });
  }

  prepare(query: Query, _options: SearchOptions): PreparedQuery | undefined {
    const vector = query.sparse?.[this.name];
    return vector === undefined ? undefined : new PreparedSparse(this.segments, vector);
  }

  warm(): void {
    for (const { terms } of this.segments) terms.warm();
  }

  /** The segment readers are the index's to close. */
  close(): void {}
}

interface BoundTerm {
  term: string;
  weight: number;
  /** By segment; undefined where none of its documents has the term. */
  entries: (TermEntry | undefined)[];
  df: number;
  /** About what the term adds to a document: products are summed by falling order. */
  order: number;
}

class PreparedSparse implements PreparedQuery {
  readonly notes: string[] = [];
  private readonly segments: SparseSegment[];
  private readonly terms: BoundTerm[];

  constructor(segments: SparseSegment[], { terms, weights }: SparseVector) {
    this.segments = segments;
    const bound = terms.map((term, i) => this.bind(term, weights[i]));
    const unknown = bound.filter(({ df }) => df === 0).map(({ term }) => `'${term}'`);
    if (unknown.length > 0) this.notes.push(`no document has ${unknown.join(', ')}`);
    if (terms.length === 0) this.notes.push('the query has no terms');
    this.terms = bound.filter(({ df }) => df > 0).sort((a, b) => b.order - a.order);
  }

  search(segment: number, depth: number, filter?: DocSet): Candidates {
    const { terms, scoring, lengths } = this.segments[segment];
    const weighted: Weighted[] = [];
    for (const { term, weight, entries } of this.terms) {
      const entry = entries[segment];
      if (entry !== undefined) weighted.push({ list: terms.postings(term, entry), weight, rarity: 0 });
    }
    return topAny(weighted, lengths, scoring, depth, filter);
  }

  explain(segment: number, doc: number): Explanation | undefined {
    const { terms, code } = this.segments[segment];
    const details: Record<string, unknown>[] = [];
    let score = 0;
    for (const { term, weight, entries, df } of this.terms) {
      const entry = entries[segment];
      if (entry === undefined) continue;
      const list = terms.postings(term, entry);
      const at = list.indexOf(doc);
      if (at < 0) continue;
      const own = decodeWeight(code, list.tfs[at]);
      score += weight * own;
      details.push({ term, df, query: weight, document: own, score: weight * own });
    }
    if (details.length === 0) return undefined;
    return {
      score,
      summary: `inner product: ${details.length} of ${this.terms.length} terms matched`,
      details,
    };
  }

  private bind(term: string, weight: number): BoundTerm {
    let df = 0;
    let mean = 0;
    const entries = this.segments.map(({ terms, code }) => {
      const entry = terms.lookup(term);
      if (entry === undefined) return undefined;
      df += entry.df;
      // What is stored rises with the weight, so its mean is of use in any code.
      mean += entry.df * decodeWeight(code, Math.floor(entry.occurrences / entry.df));
      return entry;
    });
    return { term, weight, entries, df, order: df === 0 ? 0 : (weight * mean) / df };
  }
}
