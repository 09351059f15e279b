import { UsageError } from '../../errors/index.js';
import type { Format } from '../answers.js';

/** Formats that a file's name tells, by its ending. */
const ENDINGS: Record<string, Format> = {
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  json: 'json',
  tsv: 'tsv',
  csv: 'csv',
  trec: 'trec',
  run: 'trec',
  parquet: 'parquet',
  ivecs: 'ivecs',
  fvecs: 'fvecs',
  npy: 'npy',
};

/** The format that the name of an answer file says, or undefined. @throws UsageError for compressed ones */
export function formatOfName(path: string): Format | undefined {
  const ending = /\.([^./]+)$/.exec(path)?.[1].toLowerCase();
  if (ending === 'gz' || ending === 'zst')
    throw new UsageError(
      `-o ${path}: answers are not compressed here; pipe them: … --format jsonl | ${ending === 'gz' ? 'gzip' : 'zstd'} > ${path}`,
    );
  return ending === undefined ? undefined : ENDINGS[ending];
}
