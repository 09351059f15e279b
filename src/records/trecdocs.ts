import { InputError, type Place, RecordError } from '../errors/index.js';
import { openBytes } from './bytes.js';
import { invalidUtf8, protoField, tooLarge } from './faults.js';
import { htmlToText } from './html.js';
import { DEFAULT_MAX_RECORD_BYTES, type ReadOptions } from './options.js';
import type { SourceItem } from './source.js';
import { lineBoundary, readSlices } from './split.js';
import { decodeUtf8 } from './utf8.js';

const OPENING = /^\s*<doc>\s*$/i;
const CLOSING = /^\s*<\/doc>\s*$/i;
/** What collections call a title, best first. */
const TITLES = ['title', 'headline', 'head', 'hl', 'ttl', 'ti'];
/** About the document, not of it. */
const HEADERS = ['dochdr', 'docid', 'docoldno', 'fileid'];

/**
 * TREC documents (trec.nist.gov/data/docs_eng.html): `<DOC>`, `<DOCNO>`, elements, `</DOC>`, the outer tags on lines of
 * their own. `_id` is the DOCNO; `text` the content of <TEXT> elements, without any the text that stands in no element
 * (of web collections: the page after its <DOCHDR>); `title` the headline. Other elements are fields by their
 * lower-case name, tags inside them taken out.
 * @throws InputError for a file without a <DOC>
 */
export async function* readTrecDocuments(
  path: string,
  name: string,
  options: ReadOptions = {},
): AsyncGenerator<SourceItem[]> {
  const limit = options.maxRecordBytes ?? DEFAULT_MAX_RECORD_BYTES;
  let lines: Buffer[] = [];
  let start = 0;
  let size = 0;
  let row = 0;
  let blank = true;
  for await (const slices of readSlices(await openBytes(path, options), lineBoundary, limit)) {
    const items: SourceItem[] = [];
    for (const { bytes, size: length, line } of slices) {
      const tag = bytes !== undefined && length < 64 ? Buffer.from(bytes).toString('latin1') : '';
      if (start === 0) {
        if (OPENING.test(tag)) start = line;
        else if (length > 0 && !/^\s*$/.test(tag)) blank = false;
        continue;
      }
      const place = { file: name, line: start, row };
      if (OPENING.test(tag))
        throw new InputError({ ...place, line }, '<DOC> inside a <DOC>', 'end it with </DOC>');
      if (CLOSING.test(tag)) {
        items.push(
          size > limit
            ? tooLarge(place, limit, size)
            : await parseDocument(Buffer.concat(lines), place, size),
        );
        row++;
        lines = [];
        start = 0;
        size = 0;
        continue;
      }
      size += length + 1;
      if (size > limit) lines = [];
      else if (bytes !== undefined) lines.push(Buffer.from(bytes), Buffer.from('\n'));
    }
    if (items.length > 0) yield items;
  }
  if (start > 0)
    throw new InputError({ file: name, line: start }, 'this <DOC> is never closed', 'end it with </DOC>');
  if (row === 0 && !blank) {
    throw new InputError(
      { file: name },
      'no <DOC> in it, on a line of its own',
      'check that it is TREC documents',
    );
  }
}

async function parseDocument(bytes: Buffer, place: Place, size: number): Promise<SourceItem> {
  const markup = decodeUtf8(bytes);
  if (markup === undefined) return invalidUtf8(place);
  const elements = new Map<string, string[]>();
  let rest = '';
  for (const { name, content } of topLevel(markup)) {
    if (name === undefined) rest += content;
    else if (name === '__proto__') return protoField(place);
    else elements.set(name, [...(elements.get(name) ?? []), content]);
  }
  const id = elements.get('docno')?.[0].trim();
  if (id === undefined || id === '')
    return new RecordError(place, 'a <DOC> without a <DOCNO>', 'give it one');
  const fields: Record<string, unknown> = { _id: id };
  elements.delete('docno');
  for (const header of HEADERS) elements.delete(header);
  const title = TITLES.find((candidate) => elements.has(candidate));
  if (title !== undefined) {
    fields.title = await plainText(elements.get(title)!.join('\n'));
    elements.delete(title);
  }
  const body = elements.get('text')?.join('\n');
  elements.delete('text');
  for (const [name, contents] of elements) {
    if (name === '_id' || name === 'title') continue;
    fields[name] = await plainText(contents.join('\n'));
  }
  const page = await htmlToText(body ?? rest);
  if (fields.title === undefined && page.title !== undefined) fields.title = page.title;
  fields.text = page.text;
  return { place, bytes: size, fields };
}

async function plainText(markup: string): Promise<string> {
  const plain = markup.includes('<') || markup.includes('&') ? (await htmlToText(markup)).text : markup;
  return plain.replace(/\s+/g, ' ').trim();
}

/** The elements of a document that are closed, and the text between them (without a name). O(length). */
function* topLevel(markup: string): Generator<{ name?: string; content: string }> {
  const lower = markup.toLowerCase();
  const lastClose = new Map<string, number>();
  const tag = /<([a-z][\w.-]*)(?:\s[^>]*)?>/g;
  let from = 0;
  for (let found = tag.exec(lower); found !== null; found = tag.exec(lower)) {
    const [opening, name] = found;
    const closing = `</${name}>`;
    let last = lastClose.get(name);
    if (last === undefined) {
      last = lower.lastIndexOf(closing);
      lastClose.set(name, last);
    }
    // A web page: its elements are no fields.
    if (name === 'html' || name === 'head' || name === 'body') break;
    if (last < tag.lastIndex) continue;
    const end = lower.indexOf(closing, tag.lastIndex);
    yield { content: markup.slice(from, found.index) };
    yield { name, content: markup.slice(found.index + opening.length, end) };
    from = end + closing.length;
    tag.lastIndex = from;
    if (name === 'dochdr') break;
  }
  yield { content: markup.slice(from) };
}
