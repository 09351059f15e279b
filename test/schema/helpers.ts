import type { AnalyzerSpec } from '../../src/analysis/spec.js';
import {
  type IndexDocument,
  inferSchema,
  type Schema,
  type SchemaRequest,
  type VectorField,
} from '../../src/schema/index.js';

export const analyzer: AnalyzerSpec = {
  version: 1,
  lang: 'en',
  stemmer: 'none',
  stopwords: [],
  cjk: 'bigrams',
  icu: '0',
  unicode: '0',
};

const flat = { kind: 'flat', params: {}, stages: [] };

/** A request that states nothing but `stated`. */
export function request(stated: Partial<SchemaRequest> = {}): SchemaRequest {
  return {
    store: 'all',
    fileVectors: [],
    metric: new Map(),
    structure: new Map([['', flat]]),
    untyped: false,
    analyzer: () => analyzer,
    ...stated,
  };
}

/** The roles inferSchema gives: `text: a, b; vector: emb of 8, cosine` and the like as an object. */
export function roles(sample: Record<string, unknown>[], stated: Partial<SchemaRequest> = {}) {
  const { schema } = inferSchema(sample, request(stated));
  return {
    text: schema.text,
    keyword: schema.keyword,
    number: schema.number,
    vectors: schema.vectors.map(({ name, dim, metric }) => [name, dim, metric]),
  };
}

export function vectorField(
  name: string,
  dim: number,
  metric: VectorField['metric'] = 'cosine',
): VectorField {
  return { name, dim, metric, spec: flat };
}

export function schemaOf(parts: Partial<Schema>): Schema {
  return {
    text: [],
    keyword: [],
    number: [],
    vectors: [],
    stored: 'all',
    analyzer: undefined,
    ids: true,
    ...parts,
  };
}

/** What is stored of a document, parsed. */
export function storedOf(document: IndexDocument): unknown {
  return document.stored && JSON.parse(Buffer.from(document.stored).toString());
}
