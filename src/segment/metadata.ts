import { loadPackr } from './packr.cjs';

/** Values encodeMetadata takes. Bytes are written as `bin`. */
export type Metadata =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | readonly Metadata[]
  | { readonly [key: string]: Metadata | undefined };

/**
 * Encodes metadata as one msgpack value, the same bytes for the same content: map keys are written
 * in code-unit order, undefined values are left out.
 * @throws Error for a key named `__proto__`, which msgpack libraries rename or drop in silence, and for
 *   half a surrogate pair in a string, which has no UTF-8: the file could not be read back
 */
export function encodeMetadata(value: Metadata): Uint8Array {
  // A fresh options object each time: the constructor writes into the one it is given.
  const Packr = loadPackr();
  return new Packr({ useRecords: false, variableMapSize: true }).pack(sorted(value));
}

function sorted(value: Metadata): unknown {
  if (typeof value === 'string') checkText(value);
  if (value === null || typeof value !== 'object') return value;
  // msgpackr writes Buffers as bin and other typed arrays by its own rules.
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (Array.isArray(value)) return value.map(sorted);
  const entries = Object.entries(value as Record<string, Metadata>).filter(([, v]) => v !== undefined);
  if (entries.some(([key]) => key === '__proto__')) throw new Error("metadata key '__proto__'");
  for (const [key] of entries) checkText(key);
  entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return new Map(entries.map(([key, v]) => [key, sorted(v)]));
}

function checkText(text: string): void {
  if (!text.isWellFormed()) throw new Error(`half a surrogate pair in metadata ${JSON.stringify(text)}`);
}
