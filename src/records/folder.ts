import { readFileSync, statSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { InputError, type Place, RecordError } from '../errors/index.js';
import { openBytes, startsCompressed, withoutBom } from './bytes.js';
import { displayName, invalidUtf8, readFault, tooLarge } from './faults.js';
import { extension } from './formats.js';
import { splitFrontMatter } from './frontmatter.js';
import { decodeHtml, htmlToText } from './html.js';
import { DEFAULT_MAX_RECORD_BYTES, type ReadOptions } from './options.js';
import type { SourceItem } from './source.js';
import { decodeUtf8 } from './utf8.js';

/** Stands in every directory that holds an index. */
const INDEX_MARKER = 'shortlist.txt';
/** Names that begin so are hidden: not what a person means by the texts of a folder. */
const DOT = 0x2e;
const BATCH_FILES = 64;
const BATCH_BYTES = 1024 * 1024;
const SMALL_FILE_BYTES = 256 * 1024;

/** A text file below a directory. */
export interface TextFile {
  path: string;
  /** Path below the directory, with `/`. */
  id: string;
}

/**
 * Texts as documents: every .txt, .md and .html file below a directory (hidden ones and indexes of ours left out), in path order by UTF-8 bytes, or one file. The
 * id is the path below the directory (of one file: its name), `text` the whole file. Of a .md file the front matter is
 * fields (its `_id` and `title` before ours), and `title` is the first `# ` heading; of .html files `title` and `text`
 * are what a reader sees.
 */
export async function* readTexts(
  path: string,
  name: string,
  options: ReadOptions = {},
): AsyncGenerator<SourceItem[]> {
  const limit = options.maxRecordBytes ?? DEFAULT_MAX_RECORD_BYTES;
  let batch: SourceItem[] = [];
  let bytes = 0;
  for await (const found of textFiles(path, name)) {
    const item = found instanceof RecordError ? found : await readText(found, options, limit);
    batch.push(item);
    if (!(item instanceof RecordError)) bytes += item.bytes;
    if (batch.length >= BATCH_FILES || bytes >= BATCH_BYTES) {
      yield batch;
      batch = [];
      bytes = 0;
    }
  }
  if (batch.length > 0) yield batch;
}

/**
 * The text files of a directory without reading them; memory is O(entries of the directories on the way down).
 * Symbolic links to files are followed, links to directories are not (they may be cycles).
 * @returns a RecordError in place of a name that is not UTF-8, for it can't be an id
 */
export async function* textFiles(path: string, name: string): AsyncGenerator<TextFile | RecordError> {
  if (path === '-') {
    yield { path, id: displayName(path) };
    return;
  }
  const directory = await stat(path).then(
    (found) => found.isDirectory(),
    (error) => {
      throw readFault(error, { file: name });
    },
  );
  if (directory) yield* walk(path.replace(/(?<=.)\/+$/, ''), '');
  else yield { path, id: basename(path) };
}

async function* walk(root: string, below: string): AsyncGenerator<TextFile | RecordError> {
  const folder = below === '' ? root : join(root, below);
  const entries = await readdir(folder, { withFileTypes: true, encoding: 'buffer' }).catch((error) => {
    throw readFault(error, { file: folder });
  });
  // An index written beside the documents is not one of them.
  if (entries.some((entry) => entry.name.toString() === INDEX_MARKER)) return;

  // With a directory's name ending in '/', the order of entries is the order of the whole paths.
  const keyed = entries.map((entry) => ({
    entry,
    key: entry.isDirectory() ? Buffer.concat([entry.name, Buffer.from('/')]) : entry.name,
  }));
  keyed.sort((a, b) => Buffer.compare(a.key, b.key));

  for (const { entry, key } of keyed) {
    const directory = entry.isDirectory();
    if (entry.name[0] === DOT) continue;
    if (!directory && !/\.(txt|md|html?)$/i.test(key.toString('latin1'))) continue;
    const name = decodeUtf8(entry.name);
    if (name === undefined) {
      yield new RecordError(
        { file: join(folder, entry.name.toString()) },
        'its name is not valid UTF-8',
        'rename it',
      );
      continue;
    }
    const id = below === '' ? name : `${below}/${name}`;
    if (directory) yield* walk(root, id);
    else if (entry.isFile() || (await isFile(join(root, id)))) yield { path: join(root, id), id };
  }
}

/** Keeps the path as the user wrote it: `docs/a.txt`, `./docs/a.txt`. */
function join(folder: string, name: string): string {
  return folder.endsWith('/') ? `${folder}${name}` : `${folder}/${name}`;
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    throw readFault(error, { file: path });
  }
}

async function readText(file: TextFile, options: ReadOptions, limit: number): Promise<SourceItem> {
  const place: Place = { file: displayName(file.path) };
  const bytes = readSmall(file.path, place, options) ?? (await readWhole(file.path, place, options, limit));
  if (bytes instanceof RecordError) return bytes;
  if (bytes.length > limit) return tooLarge(place, limit, bytes.length);
  const text = decodeUtf8(bytes);
  const fields: Record<string, unknown> = { _id: file.id };
  const kind = extension(file.id);
  if (kind === 'html' || kind === 'htm') {
    const html = decodeHtml(bytes, text);
    if (html === undefined) return invalidUtf8(place);
    Object.assign(fields, await htmlToText(html));
  } else if (text === undefined) {
    return invalidUtf8(place);
  } else if (kind === 'md') {
    const parts = await splitFrontMatter(text, place);
    if (parts instanceof RecordError) return parts;
    Object.assign(fields, parts.fields);
    fields.title ??= firstHeading(parts.body);
    if (fields.title === undefined) delete fields.title;
    fields.text = parts.body;
  } else {
    fields.text = text;
  }
  return { place, bytes: bytes.length, fields };
}

/**
 * A plain file of up to SMALL_FILE_BYTES, else undefined. Synchronous, because a folder of notes is many tiny files
 * and the round trips of asynchronous calls cost ten times the reads.
 */
function readSmall(path: string, place: Place, options: ReadOptions): Buffer | undefined {
  if (path === '-') return undefined;
  try {
    const found = statSync(path);
    if (!found.isFile() || found.size > SMALL_FILE_BYTES) return undefined;
    const bytes = readFileSync(path);
    if (startsCompressed(bytes)) return undefined;
    options.onBytes?.(bytes.length);
    return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
  } catch (error) {
    throw readFault(error, place);
  }
}

/** All bytes of an input, unless they are above the limit; stops reading there. */
async function readWhole(
  path: string,
  place: Place,
  options: ReadOptions,
  limit: number,
): Promise<Buffer | RecordError> {
  const source = await openBytes(path, options);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of withoutBom(source.chunks)) {
    size += chunk.length;
    if (size > limit) return tooLarge(place, limit, source.compressed ? undefined : source.size);
    chunks.push(chunk);
  }
  return chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, size);
}

/** The text of the first `# ` heading of a Markdown text outside fenced code. */
export function firstHeading(markdown: string): string | undefined {
  let fence: string | undefined;
  for (const [line] of markdown.matchAll(/^[^\n]+/gm)) {
    const mark = /^ {0,3}(```|~~~)/.exec(line)?.[1];
    if (mark !== undefined) {
      if (fence === undefined) fence = mark;
      else if (fence === mark) fence = undefined;
      continue;
    }
    if (fence !== undefined || !line.startsWith('# ')) continue;
    const title = line
      .slice(2)
      .trim()
      .replace(/\s+#+$/, '');
    if (title !== '') return title;
  }
  return undefined;
}

/** @throws InputError where a directory has no text file at all */
export async function requireTextFile(path: string, name: string): Promise<void> {
  const files = textFiles(path, name);
  const first = await files.next();
  await files.return(undefined);
  if (first.done) {
    throw new InputError(
      { file: name },
      'no corpus.jsonl and no .txt, .md or .html file in this directory',
      'name the input files themselves',
    );
  }
}
