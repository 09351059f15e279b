import { didYouMean, type UsageError } from '../errors/index.js';
import { NUMBER_VALUE, type Schema } from '../schema/index.js';
import type { Bound } from './column.js';
import { type Comparison, type FilterNode, filterError, type Literal } from './parse.js';

/** A filter over fields that an index has, its values of their types. */
export type BoundFilter =
  | { kind: 'exists'; field: string }
  /** Has a value between the bounds. */
  | { kind: 'within'; field: string; low: Bound | undefined; high: Bound | undefined }
  | { kind: 'and' | 'or'; parts: BoundFilter[] }
  | { kind: 'not'; part: BoundFilter };

/**
 * Looks up the fields of a filter and reads its values as what they hold.
 *
 * A comparison holds of a document that has a value for which it does; `!=` of one that has a value,
 * and none that is equal. `not` turns over what it stands before, documents without a value included.
 * @throws UsageError naming the character for a field that can't be filtered by, or a value that is no number
 */
export function bindFilter(node: FilterNode, schema: Schema): BoundFilter {
  switch (node.kind) {
    case 'and':
    case 'or':
      return { kind: node.kind, parts: node.parts.map((part) => bindFilter(part, schema)) };
    case 'not':
      return { kind: 'not', part: bindFilter(node.part, schema) };
  }
  const { field } = node;
  const numeric = schema.number.includes(field);
  if (!numeric && !schema.keyword.includes(field)) throw unknownField(field, node.at, schema);
  const typed = (literal: Literal) => (numeric ? numberOf(field, literal) : literal.text);
  const bound = (literal: Literal, inclusive = true): Bound => ({ value: typed(literal), inclusive });
  const equal = (literal: Literal): BoundFilter => {
    const both = bound(literal);
    return { kind: 'within', field, low: both, high: both };
  };
  switch (node.kind) {
    case 'exists':
      return { kind: 'exists', field };
    case 'in':
      return { kind: 'or', parts: node.values.map(equal) };
    case 'range':
      return {
        kind: 'within',
        field,
        low: node.low && bound(node.low),
        high: node.high && bound(node.high),
      };
    case 'compare':
      return compared(field, node.op, node.value, bound, equal);
  }
}

function compared(
  field: string,
  op: Comparison,
  value: Literal,
  bound: (literal: Literal, inclusive?: boolean) => Bound,
  equal: (literal: Literal) => BoundFilter,
): BoundFilter {
  switch (op) {
    case '=':
      return equal(value);
    case '!=':
      return {
        kind: 'and',
        parts: [
          { kind: 'exists', field },
          { kind: 'not', part: equal(value) },
        ],
      };
    case '<':
    case '<=':
      return { kind: 'within', field, low: undefined, high: bound(value, op === '<=') };
    case '>':
    case '>=':
      return { kind: 'within', field, low: bound(value, op === '>='), high: undefined };
  }
}

function numberOf(field: string, { text, at }: Literal): number {
  if (NUMBER_VALUE.test(text)) return Number(text);
  throw filterError(at, `'${field}' holds numbers, and '${text}' is none`);
}

function unknownField(field: string, at: number, schema: Schema): UsageError {
  const names = [...schema.keyword, ...schema.number];
  if (schema.text.includes(field)) {
    return filterError(
      at,
      `'${field}' is text; filters compare keywords and numbers (build with --keyword ${field})`,
    );
  }
  if (schema.vectors.some(({ name }) => name === field)) {
    return filterError(at, `'${field}' is a vector; filters compare keywords and numbers`);
  }
  if (schema.sparse?.some(({ name }) => name === field)) {
    return filterError(at, `'${field}' holds terms with weights; filters compare keywords and numbers`);
  }
  if (names.length === 0) {
    return filterError(
      at,
      `no field '${field}': the index has no keywords or numbers (name them to build with --keyword and --number)`,
    );
  }
  return filterError(
    at,
    `no field '${field}' to filter by (there are: ${names.join(', ')})${didYouMean(field, names)}`,
  );
}
