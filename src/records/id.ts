/** Why the id of a record can't be used. `fault` reads well after a place: `'_id' is an array; …`. */
export interface IdFault {
  fault: string;
  mend: string;
}

const ID_FIELDS = ['_id', 'id'] as const;

/**
 * The id of a document: `_id`, else `id`; null counts as absent.
 * @returns the id as a string (`7` and `"7"` are the same id), undefined where there is none, or an {@link IdFault}
 *   for an empty string, a number that is not a safe integer and every other type
 */
export function recordId(fields: Record<string, unknown>): string | undefined | IdFault {
  for (const name of ID_FIELDS) {
    if (Object.hasOwn(fields, name) && fields[name] !== null) return idText(name, fields[name]);
  }
  return undefined;
}

/** True where {@link recordId} or {@link idText} could not make an id of the value. */
export function isIdFault(id: string | undefined | IdFault): id is IdFault {
  return typeof id === 'object';
}

/** The value of the id field `name` as an id, by the same rules. */
export function idText(name: string, value: unknown): string | IdFault {
  if (typeof value === 'string') {
    return value === '' ? { fault: `'${name}' is an empty string`, mend: 'give the record an id' } : value;
  }
  if (typeof value === 'number')
    return Number.isSafeInteger(value) ? String(value) : numberFault(name, value);
  return { fault: `'${name}' is ${typeName(value)}`, mend: 'an id is a string or a whole number' };
}

function numberFault(name: string, value: number): IdFault {
  return Number.isInteger(value) || !Number.isFinite(value)
    ? { fault: `'${name}' is a number beyond 2^53, which would lose digits`, mend: 'quote it' }
    : { fault: `'${name}' is ${value}, not a whole number`, mend: 'quote it' };
}

/** `an array`, `a string`, `null`…, for messages. */
export function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
