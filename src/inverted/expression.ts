import type { Analyzer } from '../analysis/index.js';
import { UsageError } from '../errors/index.js';
import type { PhraseTerm } from './query.js';
import type { QueryNode } from './query-syntax.js';

/** A leaf of an expression, its words analysed. */
export type Leaf = { label: string; boost: number; field: number | undefined } & (
  | { kind: 'terms'; terms: PhraseTerm[]; slop: number }
  | { kind: 'prefix'; prefix: string }
  | { kind: 'fuzzy'; term: string; edits: number }
);

/** What must match, may match and must not; leaves by number. At least one of `must` and `should` is not empty. */
export type Expression =
  | { kind: 'leaf'; leaf: number }
  | { kind: 'group'; must: Expression[]; should: Expression[]; not: Expression[] };

/**
 * Analyses the words of a query. Words that become no term (stop words) fall away; a word that becomes
 * several (`wi-fi`, Chinese text) is a phrase of them.
 * @param folder cuts and folds as the analyser does, and no more: for prefixes
 * @param fields for labels
 * @returns undefined when nothing is left
 * @throws UsageError for a query that only excludes, or a prefix that is not one word
 */
export function analyseQuery(
  node: QueryNode | undefined,
  analyzer: Analyzer,
  folder: Analyzer,
  fields: string[],
): { root: Expression; leaves: Leaf[] } | undefined {
  const leaves: Leaf[] = [];

  const leafOf = (one: Exclude<QueryNode, { kind: 'group' }>): Leaf | undefined => {
    const { boost, field, text } = one;
    const where = field === undefined ? '' : `${fields[field]}:`;
    const by = boost === 1 ? '' : `^${boost}`;
    if (one.kind === 'prefix') {
      const [term, ...more] = termsOf(folder, text);
      if (term === undefined || more.length > 0) throw new UsageError(`'${text}*': a prefix is one word`);
      return { kind: 'prefix', label: `${where}${term.term}*${by}`, boost, field, prefix: term.term };
    }
    const terms = termsOf(analyzer, text);
    if (terms.length === 0) return undefined;
    if (one.kind === 'fuzzy') {
      if (terms.length > 1) throw new UsageError(`'${text}~': only one word can be fuzzy`);
      const [{ term }] = terms;
      return {
        kind: 'fuzzy',
        label: `${where}${term}~${one.edits}${by}`,
        boost,
        field,
        term,
        edits: one.edits,
      };
    }
    const words = terms.map(({ term }) => term).join(' ');
    const slop = one.slop > 0 && terms.length > 1 ? `~${one.slop}` : '';
    const label = `${where}${terms.length > 1 ? `"${words}"` : words}${slop}${by}`;
    return { kind: 'terms', label, boost, field, terms, slop: one.slop };
  };

  const build = (one: QueryNode): Expression | undefined => {
    if (one.kind !== 'group') {
      const leaf = leafOf(one);
      if (leaf === undefined) return undefined;
      return { kind: 'leaf', leaf: leaves.push(leaf) - 1 };
    }
    if (one.must.length === 0 && one.should.length === 0) {
      throw new UsageError('the query (or a part in parentheses) only excludes; name something to find');
    }
    const all = (nodes: QueryNode[]) => nodes.map(build).filter((found) => found !== undefined);
    const [must, should, not] = [all(one.must), all(one.should), all(one.not)];
    if (must.length === 0 && should.length === 0) return undefined;
    return { kind: 'group', must, should, not };
  };

  const root = node === undefined ? undefined : build(node);
  return root === undefined ? undefined : { root, leaves };
}

function termsOf(analyzer: Analyzer, text: string): PhraseTerm[] {
  const terms: PhraseTerm[] = [];
  let first = -1;
  analyzer.analyze(text, (term, position) => {
    if (first < 0) first = position;
    terms.push({ term, offset: position - first });
  });
  return terms;
}
