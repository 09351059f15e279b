import { didYouMean, UsageError } from '../errors/index.js';

/** What a query in the query syntax says, before its words are analysed. */
export type QueryNode =
  | { kind: 'words'; text: string; quoted: boolean; slop: number; field: number | undefined; boost: number }
  | { kind: 'prefix'; text: string; field: number | undefined; boost: number }
  | { kind: 'fuzzy'; text: string; edits: number; field: number | undefined; boost: number }
  | { kind: 'group'; must: QueryNode[]; should: QueryNode[]; not: QueryNode[] };

/** Wider gaps would be another query: terms anywhere in the field. */
const MAX_SLOP = 1000;
const MAX_EDITS = 2;
/** Boosts outside would make sums that round differently from their bounds. */
const MAX_BOOST = 1000;
/** Parentheses in parentheses: deeper is no query that a person wrote. */
const MAX_DEPTH = 100;

/** Signs that end a word unless a backslash stands before them. */
const SPECIAL = /[\s"()^~*:\\]/;

/**
 * Parses the query syntax:
 *
 *     list    = chain { [ OR ] chain }            alternatives, or all of them under operator 'all'
 *     chain   = marked { AND marked }
 *     marked  = [ + | - | NOT ] item              needed; excluded
 *     item    = [ field: ] ( list ) | "words"[~slop] | word[~edits] | prefix*,  each with [ ^boost ]
 *
 * A backslash takes the next character as it is.
 * @param fields text fields of the index
 * @throws UsageError naming the character, counted from 1, at which it can't go on
 */
export function parseQuerySyntax(
  text: string,
  fields: string[],
  operator: 'any' | 'all',
): QueryNode | undefined {
  return new Parser(text, fields, operator).parse();
}

type Mark = 'must' | 'should' | 'not';

class Parser {
  private readonly text: string;
  private readonly fields: string[];
  private readonly operator: 'any' | 'all';
  private at = 0;
  private depth = 0;

  constructor(text: string, fields: string[], operator: 'any' | 'all') {
    this.text = text;
    this.fields = fields;
    this.operator = operator;
  }

  parse(): QueryNode | undefined {
    const node = this.list(undefined);
    if (this.at < this.text.length) this.fail(`')' without '('`, this.at);
    return node;
  }

  private fail(what: string, at: number): never {
    throw new UsageError(`query, character ${at + 1}: ${what}`);
  }

  private space(): void {
    while (/\s/.test(this.text[this.at] ?? '')) this.at++;
  }

  /** Takes a word of the grammar that stands alone. */
  private keyword(word: string): boolean {
    this.space();
    const after = this.text[this.at + word.length];
    if (!this.text.startsWith(word, this.at) || !(after === undefined || /[\s()"]/.test(after))) return false;
    this.at += word.length;
    return true;
  }

  private ends(): boolean {
    this.space();
    return this.at >= this.text.length || this.text[this.at] === ')';
  }

  private list(field: number | undefined): QueryNode | undefined {
    const chains: { mark: Mark; node: QueryNode }[] = [];
    let alternatives = false;
    while (!this.ends()) {
      if (chains.length > 0 && this.keyword('OR')) {
        alternatives = true;
        if (this.ends()) this.fail("nothing stands behind 'OR'", this.at);
      }
      chains.push(this.chain(field));
    }
    if (chains.length === 0) return undefined;
    const open: Mark = this.operator === 'all' && !alternatives ? 'must' : 'should';
    return group(chains.map(({ mark, node }) => ({ mark: mark === 'should' ? open : mark, node })));
  }

  private chain(field: number | undefined): { mark: Mark; node: QueryNode } {
    const first = this.marked(field);
    const parts = [first];
    while (this.keyword('AND')) {
      if (this.ends()) this.fail("nothing stands behind 'AND'", this.at);
      parts.push(this.marked(field));
    }
    if (parts.length === 1) return first;
    const marks = parts.map(({ mark, node }) => ({ mark: mark === 'not' ? mark : ('must' as const), node }));
    return { mark: 'should', node: group(marks) };
  }

  private marked(field: number | undefined): { mark: Mark; node: QueryNode } {
    this.space();
    for (const word of ['AND', 'OR']) {
      const at = this.at;
      if (this.keyword(word)) this.fail(`nothing stands before '${word}'`, at);
    }
    const start = this.at;
    const sign = this.text[this.at];
    let mark: Mark = 'should';
    if (this.keyword('NOT')) {
      mark = 'not';
      this.space();
    } else if (sign === '+' || sign === '-') {
      mark = sign === '+' ? 'must' : 'not';
      this.at++;
    }
    if (this.at >= this.text.length || /[\s)]/.test(this.text[this.at])) {
      this.fail(`nothing stands behind '${sign === 'N' ? 'NOT' : sign}'`, start);
    }
    return { mark, node: this.item(field) };
  }

  private item(field: number | undefined): QueryNode {
    const start = this.at;
    if (this.text[this.at] === '(') return this.parentheses(field);
    if (this.text[this.at] === '"') return this.phrase(field);
    const word = this.word();
    if (this.text[this.at] === ':') {
      if (field !== undefined) this.fail('a field inside a field', start);
      const found = this.fields.indexOf(word);
      if (found < 0) {
        const there = this.fields.map((name) => `'${name}'`).join(', ');
        this.fail(
          `no text field '${word}' (there are: ${there})${didYouMean(word, this.fields)}; write \\: for a colon`,
          start,
        );
      }
      this.at++;
      if (this.ends() || /\s/.test(this.text[this.at - 1]))
        this.fail(`nothing stands behind '${word}:'`, this.at);
      return this.item(found);
    }
    if (word === '') this.fail(`'${this.text[this.at]}' without a word before it`, this.at);
    if (this.text[this.at] === '*') {
      this.at++;
      return { kind: 'prefix', text: word, field, boost: this.boost() };
    }
    if (this.text[this.at] === '~') {
      this.at++;
      const edits = this.number('edits', 0, MAX_EDITS, MAX_EDITS, true);
      return { kind: 'fuzzy', text: word, edits, field, boost: this.boost() };
    }
    return { kind: 'words', text: word, quoted: false, slop: 0, field, boost: this.boost() };
  }

  private parentheses(field: number | undefined): QueryNode {
    const start = this.at++;
    if (++this.depth > MAX_DEPTH) this.fail(`more than ${MAX_DEPTH} parentheses in one another`, start);
    const node = this.list(field);
    if (this.text[this.at] !== ')') this.fail("'(' is not closed", start);
    if (node === undefined) this.fail('nothing stands between the parentheses', start);
    this.at++;
    this.depth--;
    const boost = this.boost();
    return boost === 1 ? node : boosted(node, boost);
  }

  private phrase(field: number | undefined): QueryNode {
    const start = this.at++;
    let text = '';
    while (this.text[this.at] !== '"') {
      if (this.at >= this.text.length) this.fail('\'"\' is not closed; write \\" for the sign itself', start);
      if (this.text[this.at] === '\\' && this.at + 1 < this.text.length) this.at++;
      text += this.text[this.at++];
    }
    this.at++;
    let slop = 0;
    if (this.text[this.at] === '~') {
      this.at++;
      slop = this.number('a slop', 0, MAX_SLOP, undefined, true);
    }
    return { kind: 'words', text, quoted: true, slop, field, boost: this.boost() };
  }

  private word(): string {
    let word = '';
    while (this.at < this.text.length) {
      const sign = this.text[this.at];
      if (sign === '\\' && this.at + 1 < this.text.length) {
        word += this.text[this.at + 1];
        this.at += 2;
      } else if (SPECIAL.test(sign) && sign !== '\\') {
        break;
      } else {
        word += sign;
        this.at++;
      }
    }
    return word;
  }

  private boost(): number {
    if (this.text[this.at] !== '^') return 1;
    this.at++;
    return this.number('a boost', 1 / MAX_BOOST, MAX_BOOST, undefined, false);
  }

  private number(
    what: string,
    min: number,
    max: number,
    fallback: number | undefined,
    whole: boolean,
  ): number {
    const digits = /^[0-9]+(\.[0-9]+)?/.exec(this.text.slice(this.at, this.at + 20))?.[0] ?? '';
    if (digits === '' && fallback !== undefined) return fallback;
    const value = Number(digits);
    if (digits === '' || !(value >= min && value <= max) || (whole && !Number.isInteger(value))) {
      this.fail(`${what} is ${whole ? 'a whole number' : 'a number'} from ${min} to ${max}`, this.at);
    }
    this.at += digits.length;
    return value;
  }
}

/** One chain that is neither needed nor excluded stands for itself. */
function group(chains: { mark: Mark; node: QueryNode }[]): QueryNode {
  if (chains.length === 1 && chains[0].mark !== 'not') return chains[0].node;
  const of = (wanted: Mark) => chains.filter(({ mark }) => mark === wanted).map(({ node }) => node);
  return { kind: 'group', must: of('must'), should: of('should'), not: of('not') };
}

function boosted(node: QueryNode, boost: number): QueryNode {
  if (node.kind !== 'group') return { ...node, boost: node.boost * boost };
  const all = (nodes: QueryNode[]) => nodes.map((child) => boosted(child, boost));
  return { ...node, must: all(node.must), should: all(node.should) };
}
