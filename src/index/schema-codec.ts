import type { AnalyzerSpec } from '../analysis/spec.js';
import {
  MAX_DIMENSION,
  METRICS,
  type Metric,
  type Schema,
  type SparseField,
  type SpecPart,
  type VectorField,
} from '../schema/index.js';
import type { MsgMap, MsgValue } from '../segment/index.js';
import type { Metadata } from '../segment/metadata.js';

/** A schema as it stands in the manifest. */
export function encodeSchema(schema: Schema): Metadata {
  return {
    text: schema.text,
    keyword: schema.keyword,
    number: schema.number,
    vectors: schema.vectors.map(({ name, dim, metric, spec, embed }) => ({
      name,
      dim,
      metric,
      kind: spec.kind,
      params: spec.params,
      stages: spec.stages.map(({ kind, params }) => ({ kind, params })),
      ...(embed === undefined ? {} : { embed: { ...embed } }),
    })),
    ...(schema.sparse === undefined
      ? {}
      : { sparse: schema.sparse.map(({ name, bits }) => ({ name, bits: bits ?? null })) }),
    stored: schema.stored,
    ids: schema.ids,
    positions: schema.positions ?? true,
    analyzer: schema.analyzer === undefined ? null : { ...schema.analyzer },
  };
}

/** @throws Error with a reason */
export function decodeSchema(map: MsgMap): Schema {
  const analyzer = map.get('analyzer');
  const stored = map.get('stored');
  const ids = map.get('ids');
  if (typeof ids !== 'boolean') throw new Error("'ids' is not a truth value");
  const positions = map.get('positions') ?? true;
  if (typeof positions !== 'boolean') throw new Error("'positions' is not a truth value");
  return {
    text: strings(map.get('text'), 'text'),
    keyword: strings(map.get('keyword'), 'keyword'),
    number: strings(map.get('number'), 'number'),
    vectors: array(map.get('vectors'), 'vectors').map(decodeVectorField),
    ...(map.has('sparse') && { sparse: array(map.get('sparse'), 'sparse').map(decodeSparseField) }),
    stored: stored === 'all' || stored === 'none' ? stored : strings(stored, 'stored'),
    ids,
    positions,
    analyzer:
      analyzer === null || analyzer === undefined
        ? undefined
        : decodeAnalyzer(expectMap(analyzer, 'analyzer')),
  };
}

function decodeVectorField(value: MsgValue): VectorField {
  const map = expectMap(value, 'vectors');
  const dim = map.get('dim');
  const metric = map.get('metric') as Metric;
  if (typeof dim !== 'number' || !Number.isInteger(dim) || dim < 1 || dim > MAX_DIMENSION) {
    throw new Error(`a vector of ${String(dim)} dimensions`);
  }
  if (!METRICS.includes(metric)) throw new Error(`unknown metric '${String(metric)}'`);
  const stages = array(map.get('stages'), 'stages').map((stage) => decodePart(expectMap(stage, 'stages')));
  const field: VectorField = {
    name: string(map.get('name'), 'name'),
    dim,
    metric,
    spec: { ...decodePart(map), stages },
  };
  const embed = map.get('embed');
  if (embed !== undefined) {
    const made = expectMap(embed, 'embed');
    field.embed = {
      command: string(made.get('command'), 'command'),
      fields: strings(made.get('fields'), 'fields'),
    };
  }
  return field;
}

function decodeSparseField(value: MsgValue): SparseField {
  const map = expectMap(value, 'sparse');
  const name = string(map.get('name'), 'name');
  const bits = map.get('bits');
  if (bits === null || bits === undefined) return { name };
  if (typeof bits !== 'number') throw new Error("'bits' is not a number");
  return { name, bits };
}

function decodePart(map: MsgMap): SpecPart {
  const params: Record<string, number> = {};
  for (const [key, value] of expectMap(map.get('params'), 'params')) {
    if (typeof value !== 'number') throw new Error(`parameter '${key}' is not a number`);
    params[key] = value;
  }
  return { kind: string(map.get('kind'), 'kind'), params };
}

function decodeAnalyzer(map: MsgMap): AnalyzerSpec {
  const version = map.get('version');
  const cjk = map.get('cjk');
  if (typeof version !== 'number') throw new Error("'version' of the analyser is not a number");
  if (cjk !== 'bigrams' && cjk !== 'words') throw new Error(`unknown segmentation '${String(cjk)}'`);
  return {
    version,
    lang: string(map.get('lang'), 'lang'),
    stemmer: string(map.get('stemmer'), 'stemmer'),
    stopwords: strings(map.get('stopwords'), 'stopwords'),
    cjk,
    ...(map.has('synonyms') && {
      synonyms: array(map.get('synonyms'), 'synonyms').map((rule) => strings(rule, 'synonyms')),
    }),
    ...(map.has('dictionary') && { dictionary: strings(map.get('dictionary'), 'dictionary') }),
    icu: string(map.get('icu'), 'icu'),
    unicode: string(map.get('unicode'), 'unicode'),
  };
}

function expectMap(value: MsgValue | undefined, what: string): MsgMap {
  if (!(value instanceof Map)) throw new Error(`'${what}' is not a map`);
  return value;
}

function array(value: MsgValue | undefined, what: string): MsgValue[] {
  if (!Array.isArray(value)) throw new Error(`'${what}' is not a list`);
  return value;
}

function strings(value: MsgValue | undefined, what: string): string[] {
  return array(value, what).map((item) => string(item, what));
}

function string(value: MsgValue | undefined, what: string): string {
  if (typeof value !== 'string') throw new Error(`'${what}' is not text`);
  return value;
}
