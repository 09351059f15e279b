/** `text` is a directory of .txt and .md files, or one such file. */
export type DocumentFormat = 'jsonl' | 'tsv' | 'csv' | 'text';
export type VectorFormat = 'fvecs' | 'bvecs' | 'ivecs' | 'npy';

const DOCUMENT_FORMATS: Record<string, DocumentFormat> = {
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  tsv: 'tsv',
  csv: 'csv',
  text: 'text',
};
const VECTOR_FORMATS: Record<string, VectorFormat> = {
  fvecs: 'fvecs',
  bvecs: 'bvecs',
  ivecs: 'ivecs',
  npy: 'npy',
};

/** Names an input format may be given by. */
export const INPUT_FORMAT_NAMES = [...Object.keys(DOCUMENT_FORMATS), ...Object.keys(VECTOR_FORMATS)];

/** The format a name or an extension without its dot stands for. */
export function inputFormat(name: string): DocumentFormat | VectorFormat | undefined {
  if (name === 'txt' || name === 'md') return 'text';
  if (Object.hasOwn(DOCUMENT_FORMATS, name)) return DOCUMENT_FORMATS[name];
  return vectorFormat(name);
}

export function vectorFormat(name: string): VectorFormat | undefined {
  return Object.hasOwn(VECTOR_FORMATS, name) ? VECTOR_FORMATS[name] : undefined;
}

/** `base.fvecs.gz` → `fvecs`; '' where there is no extension. */
export function extension(path: string): string {
  return /[^/]\.([^./]+)$/.exec(path.replace(/\.gz$/i, ''))?.[1].toLowerCase() ?? '';
}
