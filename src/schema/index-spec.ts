import { UsageError } from '../errors/index.js';

/** `hnsw:M=16` or `sq8`: a kind or stage with its parameters. */
export interface SpecPart {
  kind: string;
  params: Record<string, number>;
}

/** A parsed `--vector-index` value: a structure, then stages (quantisers, refinement). */
export interface IndexSpec {
  kind: string;
  params: Record<string, number>;
  stages: SpecPart[];
}

const NAME = /^[A-Za-z][A-Za-z0-9_-]*$/;
const NUMBER = /^[0-9]+(\.[0-9]+)?$/;

/**
 * Parses `[field=]kind[:param=value,…][+stage[:param=value,…]]…`. The grammar only: which kinds and
 * parameters exist is the vector room's to say. A field prefix ends at the first `=` that comes
 * before any `:`.
 * @returns the field, or undefined when the spec is for all vector fields
 * @throws UsageError
 */
export function parseIndexSpec(text: string): { field: string | undefined; spec: IndexSpec } {
  const equals = text.indexOf('=');
  const colon = text.indexOf(':');
  const hasField = equals > 0 && (colon < 0 || equals < colon);
  const field = hasField ? text.slice(0, equals) : undefined;
  const [first, ...rest] = (hasField ? text.slice(equals + 1) : text)
    .split('+')
    .map((part) => parsePart(part, text));
  return { field, spec: { ...first, stages: rest } };
}

/** The canonical text of a spec: what parseIndexSpec reads back to the same. */
export function formatIndexSpec(spec: IndexSpec): string {
  return [spec, ...spec.stages].map(formatPart).join('+');
}

function formatPart(part: SpecPart): string {
  const params = Object.entries(part.params).map(([name, value]) => `${name}=${value}`);
  return params.length === 0 ? part.kind : `${part.kind}:${params.join(',')}`;
}

function parsePart(part: string, whole: string): SpecPart {
  const colon = part.indexOf(':');
  const kind = colon < 0 ? part : part.slice(0, colon);
  if (!NAME.test(kind)) {
    throw new UsageError(
      `index spec '${whole}': '${part}' does not begin with a kind; write it like hnsw:M=16`,
    );
  }
  const params: Record<string, number> = {};
  for (const pair of colon < 0 ? [] : part.slice(colon + 1).split(',')) {
    const [name, value, ...more] = pair.split('=');
    if (!NAME.test(name) || value === undefined || more.length > 0 || !NUMBER.test(value)) {
      throw new UsageError(`index spec '${whole}': '${pair}' is not name=number`);
    }
    if (Object.hasOwn(params, name)) throw new UsageError(`index spec '${whole}': '${name}' is given twice`);
    // What a number looks like when it is written back; none that we have a use for is this large or small.
    if (!NUMBER.test(String(Number(value)))) {
      throw new UsageError(`index spec '${whole}': '${value}' is too large or too small`);
    }
    params[name] = Number(value);
  }
  return { kind, params };
}
