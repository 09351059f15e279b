import { UsageError } from '../errors/index.js';
import type { Analyzer, EmitTerm } from './contract.js';
import type { AnalyzerSpec } from './spec.js';

/** Terms that have been read of some rule's member, and how far apart they stand. */
interface Node {
  /** By the distance from the term before and the term itself: `1 york`. */
  next: Map<string, Node>;
  /** What the terms so far become. */
  to: string | undefined;
}

/**
 * An analyser that brings synonyms together: each member of a rule, a word or several in a row, becomes one term, in
 * documents and queries alike, at the place of its first word. The longest member that begins at a word wins. The term is that
 * of the word all become, or its terms with blanks between where it has several, which no text has.
 */
export class SynonymAnalyzer implements Analyzer {
  readonly spec: AnalyzerSpec;
  private readonly inner: Analyzer;
  private readonly root: Node = { next: new Map(), to: undefined };
  private terms: string[] = [];
  private positions: number[] = [];
  private starts: number[] = [];
  private ends: number[] = [];

  /** @throws UsageError for a member of which nothing is left */
  constructor(spec: AnalyzerSpec, inner: Analyzer, rules: string[][]) {
    this.spec = spec;
    this.inner = inner;
    for (const [to, ...members] of rules) {
      const target = this.read(to)
        .map(({ term }) => term)
        .join(' ');
      for (const member of [to, ...members]) this.add(this.read(member), target);
    }
  }

  analyze(text: string, emit: EmitTerm): number {
    this.terms = [];
    this.positions = [];
    this.starts = [];
    this.ends = [];
    const { terms, positions, starts, ends } = this;
    const used = this.inner.analyze(text, (term, position, start, end) => {
      terms.push(term);
      positions.push(position);
      starts.push(start);
      ends.push(end);
    });
    for (let i = 0; i < terms.length; ) {
      let node = this.root.next.get(`0 ${terms[i]}`);
      let to = node?.to;
      let last = i;
      for (let j = i + 1; node !== undefined && j < terms.length; j++) {
        node = node.next.get(`${positions[j] - positions[j - 1]} ${terms[j]}`);
        if (node?.to === undefined) continue;
        to = node.to;
        last = j;
      }
      emit(to ?? terms[i], positions[i], starts[i], ends[last]);
      i = last + 1;
    }
    return used;
  }

  /** @throws UsageError where nothing is left of it */
  private read(text: string): { term: string; position: number }[] {
    const read: { term: string; position: number }[] = [];
    this.inner.analyze(text, (term, position) => read.push({ term, position }));
    if (read.length === 0)
      throw new UsageError(
        `--synonyms: nothing is left of '${text}', a stop word or no word at all; leave it out, or the stop words`,
      );
    return read;
  }

  private add(member: { term: string; position: number }[], to: string): void {
    let node = this.root;
    for (const [i, { term, position }] of member.entries()) {
      const key = `${i === 0 ? 0 : position - member[i - 1].position} ${term}`;
      const next = node.next.get(key) ?? { next: new Map(), to: undefined };
      node.next.set(key, next);
      node = next;
    }
    node.to ??= to;
  }
}
