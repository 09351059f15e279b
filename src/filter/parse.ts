import { UsageError } from '../errors/index.js';

/** A value as it was written. */
export interface Literal {
  text: string;
  /** Where it stands in the filter, from 0. */
  at: number;
}

export type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=';

/** What a filter says, before the fields of an index are known. Positions count from 0. */
export type FilterNode =
  | { kind: 'compare'; field: string; at: number; op: Comparison; value: Literal }
  | { kind: 'in'; field: string; at: number; values: Literal[] }
  /** Both ends belong to it; one may be open. */
  | { kind: 'range'; field: string; at: number; low: Literal | undefined; high: Literal | undefined }
  | { kind: 'exists'; field: string; at: number }
  | { kind: 'and' | 'or'; parts: FilterNode[] }
  | { kind: 'not'; part: FilterNode };

/** Parentheses and negations in one another: deeper is no filter that a person wrote. */
const MAX_DEPTH = 100;

const COMPARISONS: Comparison[] = ['!=', '<=', '>=', '=', '<', '>'];
/** Ends a word where a field is expected, and where a value is. */
const FIELD_END = /[\s=!<>:(),"']/;
const VALUE_END = /[\s(),"']/;

/**
 * Parses a filter:
 *
 *     either  = both { or both }
 *     both    = one { and one }
 *     one     = not one | ( either ) | exists ( field ) | clause
 *     clause  = field comparison value | field [ not ] in ( value { , value } )
 *             | field : value | field : [ low ] .. [ high ]
 *
 * `comparison` is one of = != < <= > >=. Words of the grammar are written in any case. Fields and
 * values are words, or anything in single or double quotes, where a backslash takes a quote or a
 * backslash as it is.
 * @throws UsageError naming the character, counted from 1, at which it can't go on
 */
export function parseFilter(text: string): FilterNode {
  return new Parser(text).parse();
}

/** An error at a place of a filter. @param at from 0 */
export function filterError(at: number, what: string): UsageError {
  return new UsageError(`filter, character ${at + 1}: ${what}`);
}

class Parser {
  private readonly text: string;
  private at = 0;
  private depth = 0;

  constructor(text: string) {
    this.text = text;
  }

  parse(): FilterNode {
    this.space();
    if (this.at === this.text.length)
      throw filterError(this.at, 'it is empty; write something like year>=2000');
    const node = this.either();
    if (this.at < this.text.length) {
      if (this.text[this.at] === ')') throw filterError(this.at, `')' without '('`);
      throw filterError(this.at, `'and', 'or' or the end is expected, not ${this.here()}`);
    }
    return node;
  }

  private either(): FilterNode {
    return this.several('or', () => this.several('and', () => this.one()));
  }

  private several(kind: 'and' | 'or', part: () => FilterNode): FilterNode {
    const parts = [part()];
    while (this.keyword(kind)) parts.push(part());
    return parts.length === 1 ? parts[0] : { kind, parts };
  }

  private one(): FilterNode {
    this.space();
    const start = this.at;
    if (++this.depth > MAX_DEPTH) throw filterError(start, `more than ${MAX_DEPTH} levels deep`);
    try {
      if (this.keyword('not')) return { kind: 'not', part: this.one() };
      if (this.sign('(')) {
        const node = this.either();
        if (!this.sign(')')) throw filterError(this.at, `')' is expected, not ${this.here()}`);
        return node;
      }
      return this.clause();
    } finally {
      this.depth--;
    }
  }

  private clause(): FilterNode {
    const at = this.at;
    const quoted = this.quoteHere();
    const field = this.word(FIELD_END, 'a field');
    if (!quoted && field.toLowerCase() === 'exists' && this.sign('(')) {
      this.space();
      const place = this.at;
      const name = this.word(FIELD_END, 'a field');
      if (!this.sign(')')) throw filterError(this.at, `')' is expected, not ${this.here()}`);
      return { kind: 'exists', field: name, at: place };
    }
    if (!quoted && /^(and|or|in)$/i.test(field)) throw filterError(at, `a field is expected, not '${field}'`);
    if (this.sign(':')) return this.valueOrRange(field, at);
    const op = COMPARISONS.find((candidate) => this.sign(candidate));
    if (op !== undefined) return { kind: 'compare', field, at, op, value: this.value() };
    const negated = this.keyword('not');
    if (this.keyword('in')) {
      const within: FilterNode = { kind: 'in', field, at, values: this.list() };
      if (!negated) return within;
      // As !=: a document has to have a value.
      return {
        kind: 'and',
        parts: [
          { kind: 'exists', field, at },
          { kind: 'not', part: within },
        ],
      };
    }
    throw filterError(
      this.at,
      negated
        ? `'in' is expected, not ${this.here()}`
        : `a comparison (= != < <= > >= : in) is expected after '${field}', not ${this.here()}`,
    );
  }

  private valueOrRange(field: string, at: number): FilterNode {
    this.space();
    const low = this.text.startsWith('..', this.at) ? undefined : this.value(true);
    if (!this.text.startsWith('..', this.at)) {
      return { kind: 'compare', field, at, op: '=', value: low as Literal };
    }
    const dots = this.at;
    this.at += 2;
    const next = this.text[this.at];
    const open = next === undefined || (VALUE_END.test(next) && next !== '"' && next !== "'");
    if (open && low === undefined) throw filterError(dots, 'a range needs an end');
    return { kind: 'range', field, at, low, high: open ? undefined : this.value() };
  }

  private list(): Literal[] {
    if (!this.sign('(')) throw filterError(this.at, `'(' is expected after 'in', not ${this.here()}`);
    const values = [this.value()];
    while (this.sign(',')) values.push(this.value());
    if (!this.sign(')')) throw filterError(this.at, `',' or ')' is expected, not ${this.here()}`);
    return values;
  }

  /** @param ranged a word ends before `..` */
  private value(ranged = false): Literal {
    this.space();
    const at = this.at;
    if (!this.quoteHere() && /[=<>!]/.test(this.text[at] ?? '')) {
      throw filterError(at, `a value is expected, not ${this.here()}; quote it if it is one`);
    }
    return { text: this.word(VALUE_END, 'a value', ranged), at };
  }

  /** A word, or what stands in quotes. */
  private word(end: RegExp, what: string, ranged = false): string {
    this.space();
    if (this.quoteHere()) return this.quoted();
    const start = this.at;
    while (this.at < this.text.length && !end.test(this.text[this.at])) {
      if (ranged && this.text.startsWith('..', this.at)) break;
      this.at++;
    }
    if (this.at === start) throw filterError(start, `${what} is expected, not ${this.here()}`);
    return this.text.slice(start, this.at);
  }

  private quoted(): string {
    const start = this.at;
    const quote = this.text[this.at++];
    let value = '';
    for (; this.at < this.text.length; this.at++) {
      const character = this.text[this.at];
      if (character === quote) {
        this.at++;
        return value;
      }
      const next = this.text[this.at + 1];
      if (character === '\\' && (next === '\\' || next === '"' || next === "'")) {
        value += next;
        this.at++;
      } else value += character;
    }
    throw filterError(start, `the quote that begins here is not closed`);
  }

  private quoteHere(): boolean {
    return this.text[this.at] === '"' || this.text[this.at] === "'";
  }

  /** Takes a sign, if it stands here. */
  private sign(sign: string): boolean {
    this.space();
    if (!this.text.startsWith(sign, this.at)) return false;
    this.at += sign.length;
    return true;
  }

  /** Takes a word of the grammar, if it stands here and ends. */
  private keyword(word: string): boolean {
    this.space();
    const found = this.text.slice(this.at, this.at + word.length);
    const after = this.text[this.at + word.length];
    if (found.toLowerCase() !== word || !(after === undefined || /[\s()"']/.test(after))) return false;
    this.at += word.length;
    return true;
  }

  private space(): void {
    while (/\s/.test(this.text[this.at] ?? '')) this.at++;
  }

  /** What stands here, for a message. */
  private here(): string {
    if (this.at >= this.text.length) return 'the end';
    const word = /^[^\s]{1,20}/.exec(this.text.slice(this.at))?.[0] ?? this.text[this.at];
    return `'${word}'`;
  }
}
