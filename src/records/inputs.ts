import { stat } from 'node:fs/promises';
import { didYouMean, UsageError } from '../errors/index.js';
import { displayName, readFault } from './faults.js';
import { requireTextFile } from './folder.js';
import {
  type DocumentFormat,
  extension,
  INPUT_FORMAT_NAMES,
  inputFormat,
  type PostingsFormat,
  splitAddress,
  tableFormat,
  type VectorFormat,
  vectorFormat,
} from './formats.js';

/** One thing to read, found and recognised. */
export interface Input {
  /** As given, with the `#name` of an array or column; of a BEIR directory its corpus file; '-' is stdin. */
  path: string;
  /** For messages. */
  name: string;
  kind: 'documents' | 'vectors' | 'postings';
  format: DocumentFormat | VectorFormat | PostingsFormat;
  /** Size on disk where it is known: not for stdin, pipes and directories of texts. */
  bytes?: number;
}

const FORMATS = INPUT_FORMAT_NAMES.join(', ');
const BEIR_CORPUS = ['corpus.jsonl', 'corpus.jsonl.gz', 'corpus.jsonl.zst'];

/**
 * Finds out what each path is: by `inputFormat`, else by extension (with or without .gz or .zst). A directory with
 * corpus.jsonl is BEIR and stands for that file, any other for its .txt, .md and .html files. `corpus.parquet` is
 * documents, `corpus.parquet#emb` vectors. stdin is JSONL unless `inputFormat` says otherwise.
 * @throws UsageError for an unknown format or '-' twice; InputError for a path that can't be read
 */
export async function resolveInputs(paths: string[], options: { inputFormat?: string }): Promise<Input[]> {
  const wanted = options.inputFormat;
  const format = wanted === undefined ? undefined : inputFormat(wanted.toLowerCase());
  if (wanted !== undefined && format === undefined) {
    const hint = didYouMean(wanted, INPUT_FORMAT_NAMES);
    throw new UsageError(`--input-format ${wanted}: unknown format${hint || `; one of ${FORMATS}`}`);
  }
  if (paths.filter((path) => path === '-').length > 1) {
    throw new UsageError("'-' is named twice; stdin can be read only once");
  }
  const inputs: Input[] = [];
  for (const path of paths) inputs.push(await resolveInput(path, format));
  return inputs;
}

async function resolveInput(path: string, wanted: Input['format'] | undefined): Promise<Input> {
  if (path === '-') return makeInput(path, wanted ?? 'jsonl');
  const { path: file, part } = splitAddress(path, wanted);
  const found = await sizeOf(file);
  if (found.directory) return resolveDirectory(path, wanted);
  const format = wanted ?? inputFormat(extension(file));
  if (format === undefined) throw unknownExtension(file);
  return makeInput(path, format, found.bytes, part);
}

async function resolveDirectory(path: string, wanted: Input['format'] | undefined): Promise<Input> {
  if (wanted !== undefined && wanted !== 'jsonl' && wanted !== 'text') {
    throw new UsageError(`${path}: a directory can't be read as ${wanted}; name the files in it`);
  }
  if (wanted !== 'text') {
    for (const corpus of BEIR_CORPUS) {
      const file = `${path.replace(/\/+$/, '')}/${corpus}`;
      const found = await sizeOf(file, true);
      if (found.exists && !found.directory) return makeInput(file, 'jsonl', found.bytes);
    }
  }
  if (wanted === 'jsonl') {
    throw new UsageError(
      `${path}: a directory without corpus.jsonl can't be read as jsonl; name the files in it`,
    );
  }
  await requireTextFile(path, path);
  return makeInput(path, 'text');
}

function makeInput(path: string, format: Input['format'], bytes?: number, part?: string): Input {
  const column = tableFormat(format) !== undefined && part !== undefined;
  const vectors = vectorFormat(format) !== undefined || column;
  const kind = format === 'ciff' ? 'postings' : vectors ? 'vectors' : 'documents';
  return { path, name: displayName(path), kind, format, bytes };
}

async function sizeOf(
  path: string,
  optional = false,
): Promise<{ exists: boolean; directory: boolean; bytes?: number }> {
  try {
    const found = await stat(path);
    return { exists: true, directory: found.isDirectory(), bytes: found.isFile() ? found.size : undefined };
  } catch (error) {
    if (optional && (error as NodeJS.ErrnoException).code === 'ENOENT')
      return { exists: false, directory: false };
    throw readFault(error, { file: path });
  }
}

function unknownExtension(path: string): UsageError {
  const name = extension(path);
  const what = name === '' ? 'no extension to tell its format by' : `unknown extension '.${name}'`;
  const hint = name === '' ? '' : didYouMean(name, INPUT_FORMAT_NAMES);
  return new UsageError(`${path}: ${what}${hint}; say --input-format (${FORMATS})`);
}
