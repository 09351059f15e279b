/**
 * `text` is a directory of .txt, .md and .html files, or one such file; `trec` is TREC's `<DOC>` documents; `parquet`
 * and `arrow` are tables, a row a document.
 */
export type DocumentFormat = 'jsonl' | 'tsv' | 'csv' | 'text' | 'trec' | TableFormat;
/** A table is vectors when a column is named: `corpus.parquet#emb`. */
export type VectorFormat =
  | 'fvecs'
  | 'bvecs'
  | 'ivecs'
  | 'npy'
  | 'npz'
  | 'fbin'
  | 'u8bin'
  | 'i8bin'
  | 'ibin'
  | 'hdf5'
  | TableFormat;
export type TableFormat = 'parquet' | 'arrow';
/** Postings of another engine: an index, not what one is made from. */
export type PostingsFormat = 'ciff';

const DOCUMENT_FORMATS: Record<string, DocumentFormat> = {
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  tsv: 'tsv',
  csv: 'csv',
  text: 'text',
  trec: 'trec',
  sgml: 'trec',
};
const TABLE_FORMATS: Record<string, TableFormat> = {
  parquet: 'parquet',
  pq: 'parquet',
  arrow: 'arrow',
  arrows: 'arrow',
  feather: 'arrow',
};
const VECTOR_FORMATS: Record<string, VectorFormat> = {
  fvecs: 'fvecs',
  bvecs: 'bvecs',
  ivecs: 'ivecs',
  npy: 'npy',
  npz: 'npz',
  fbin: 'fbin',
  u8bin: 'u8bin',
  i8bin: 'i8bin',
  ibin: 'ibin',
  hdf5: 'hdf5',
  h5: 'hdf5',
};
const TEXT_ENDINGS = ['txt', 'md', 'html', 'htm'];
/** Formats of which one file holds several arrays or columns, told apart by `#name`. */
const CONTAINERS: readonly string[] = ['npz', 'hdf5', 'parquet', 'arrow'];

/** Names an input format may be given by. */
export const INPUT_FORMAT_NAMES = [
  ...[DOCUMENT_FORMATS, TABLE_FORMATS, VECTOR_FORMATS].flatMap(Object.keys),
  'ciff' satisfies PostingsFormat,
];

/** The format a name or an extension without its dot stands for. */
export function inputFormat(name: string): DocumentFormat | VectorFormat | PostingsFormat | undefined {
  if (name === 'ciff') return name;
  if (TEXT_ENDINGS.includes(name)) return 'text';
  return own(DOCUMENT_FORMATS, name) ?? tableFormat(name) ?? vectorFormat(name);
}

/** Formats that hold nothing but vectors. */
export function vectorFormat(name: string): VectorFormat | undefined {
  return own(VECTOR_FORMATS, name);
}

export function tableFormat(name: string): TableFormat | undefined {
  return own(TABLE_FORMATS, name);
}

/** `base.fvecs.gz` → `fvecs`; '' where there is no extension. */
export function extension(path: string): string {
  return /[^/]\.([^./]+)$/.exec(path.replace(/\.(gz|zst|zstd)$/i, ''))?.[1].toLowerCase() ?? '';
}

/**
 * `ann.hdf5#train` → the file and the array or column meant. '#' has this meaning only after the extension of a format
 * that holds several, or where `format` says that the file is one; elsewhere it is part of the name.
 */
export function splitAddress(path: string, format?: string): { path: string; part?: string } {
  const cut = path.lastIndexOf('#');
  if (cut < 1 || cut === path.length - 1) return { path };
  const file = path.slice(0, cut);
  return CONTAINERS.includes(format ?? inputFormat(extension(file)) ?? '')
    ? { path: file, part: path.slice(cut + 1) }
    : { path };
}

function own<T>(table: Record<string, T>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
